using System.Text.Json;

namespace Ms2m.Engine.Broker;

/// <summary>What the broker sees of those who consume a queue.</summary>
/// <param name="Unacknowledged">Messages they hold.</param>
/// <param name="Acknowledged">Messages acknowledged since the queue was made.</param>
public sealed record QueueLook(string Name, int Consumers, long Unacknowledged, long Acknowledged)
{
    // Until the broker has gathered figures for the first time, they are missing, or an empty list stands for them.
    internal static QueueLook Read(JsonElement queue) => new(
        queue.GetProperty("name").GetString() ?? "",
        (int)Number(queue, "consumers"),
        Number(queue, "messages_unacknowledged"),
        queue.TryGetProperty("message_stats", out var stats) && stats.ValueKind == JsonValueKind.Object
            ? Number(stats, "ack")
            : 0);

    private static long Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : 0;
}

using System.Globalization;
using Ms2m.Engine.Broker;

namespace Ms2m.Engine.Answering;

/// <summary>Whether an instance answers, judged from what the broker sees of it: whether it reads its control queue, and
/// whether it gets on with the messages that it holds. That costs the workload nothing, needs no library in it, and tells
/// a stopped process as well as a handler that does not return. An idle workload whose handler would hang is not
/// told: nobody can know.</summary>
/// <param name="Answering">Absent while it is not known.</param>
/// <param name="Since">Since when it has been silent, where it is.</param>
/// <param name="Because">What was seen, for people.</param>
public sealed record Sign(bool? Answering, DateTimeOffset? Since = null, string? Because = null)
{
    public static Sign Unknown { get; } = new((bool?)null);

    private long Acknowledged { get; init; }

    /// <summary>When it was last seen reading its control queue.</summary>
    private DateTimeOffset? LastListening { get; init; }

    /// <summary>When it was last seen idle, or with more messages acknowledged than before.</summary>
    private DateTimeOffset? LastProgress { get; init; }

    /// <param name="control">The instance's control queue; null where there is none.</param>
    /// <param name="primary">The queue that it consumes; null where there is none.</param>
    /// <param name="patience">How long it may take for a reconnect or for one message.</param>
    public Sign Next(QueueLook? control, QueueLook? primary, DateTimeOffset now, TimeSpan patience)
    {
        var moved = primary is null or { Unacknowledged: 0 } || primary.Acknowledged != Acknowledged;
        var next = new Sign(true)
        {
            Acknowledged = primary?.Acknowledged ?? 0,
            LastListening = control is { Consumers: > 0 } ? now : LastListening ?? now,
            LastProgress = moved ? now : LastProgress ?? now,
        };
        if (now - next.LastListening > patience)
        {
            return next with { Answering = false, Since = next.LastListening, Because = "it does not read its control queue" };
        }

        return now - next.LastProgress > patience
            ? next with
            {
                Answering = false,
                Since = next.LastProgress,
                Because = string.Create(
                    CultureInfo.InvariantCulture, $"it holds {primary!.Unacknowledged} messages and acknowledges none"),
            }
            : next;
    }
}

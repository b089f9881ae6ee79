using System.Text;
using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>Which headers belong to the message, and which the broker or the handoff added on the way.</summary>
internal static class MessageHeaders
{
    /// <summary>A quorum queue counts deliveries in the message itself; the copy in R has other counts than the one in Q.
    /// With them in, the same message would have two digests.</summary>
    public static bool IsOfTheMessage(string name) =>
        !name.StartsWith("ms2m-", StringComparison.Ordinal) && name is not ("x-delivery-count" or "x-acquired-count");

    public static IReadOnlyDictionary<string, object?> ForHandler(IReadOnlyBasicProperties? properties)
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in properties?.Headers ?? new Dictionary<string, object?>())
        {
            if (IsOfTheMessage(name))
            {
                all[name] = value is byte[] text ? Encoding.UTF8.GetString(text) : value;
            }
        }
        return all;
    }

    /// <summary>A header as text: clients write texts as bytes, some as strings.</summary>
    public static string? Text(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value)
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
            : null;

    public static long? Number(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value)
            ? value switch { long l => l, int i => i, uint u => u, short s => s, ushort s => s, byte b => b, sbyte b => b, _ => null }
            : null;
}

using System.Text;

namespace Ms2m.Contracts;

/// <summary>How a command came to whoever answers it: what the answers say again, so that the time on the way can be told
/// from the time of the work without equal clocks.</summary>
/// <param name="Asked">The command's <see cref="Headers.Sent"/>; null when its sender said none.</param>
/// <param name="Received">When it came, by the answerer's clock.</param>
/// <param name="Trace">The span that it came from, as <see cref="Headers.TraceParent"/>; once the answerer has one of its own, that.</param>
public sealed record Arrival(long? Asked, long Received, string? Trace = null)
{
    private static readonly long _latest = Microseconds(DateTimeOffset.MaxValue);

    /// <summary>A time as the headers write it: microseconds since 1970-01-01 UTC.</summary>
    public static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time that a header means; null for what no clock can show.</summary>
    public static DateTimeOffset? Time(long microseconds) =>
        microseconds >= 0 && microseconds <= _latest ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond) : null;

    /// <param name="sent">The header <see cref="Headers.Sent"/> as the broker's client gives it; anything but a whole number
    /// says nothing.</param>
    /// <param name="trace">The header <see cref="Headers.TraceParent"/>, as bytes or text.</param>
    public static Arrival Of(object? sent, object? trace, DateTimeOffset received) => new(
        sent switch { long big => big, int small => small, _ => null },
        Microseconds(received),
        trace switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null });

    /// <summary>The headers of a message that is published now.</summary>
    /// <param name="answered">The command that it answers; null for what nobody asked for.</param>
    public static void Stamp(Action<string, object> set, Arrival? answered, DateTimeOffset now)
    {
        set(Headers.Sent, Microseconds(now));
        if (answered is null)
        {
            return;
        }

        set(Headers.Received, answered.Received);
        if (answered.Asked is { } asked)
        {
            set(Headers.Asked, asked);
        }

        if (answered.Trace is { } trace)
        {
            set(Headers.TraceParent, trace);
        }
    }
}

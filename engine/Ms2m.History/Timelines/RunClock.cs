using Ms2m.EventLog.Streams;
using Ms2m.History.Events;

namespace Ms2m.History.Timelines;

/// <summary>Says how long after a migration's first event each event came. The engine's monotonic clock is believed where two
/// events have the same; between two engines, and in logs from before there were headers, the time of day has to do. A time of
/// day that was set back counts as no time, so that no duration is ever negative.</summary>
internal sealed class RunClock
{
    private readonly Dictionary<string, (double Ms, double Since)> _monotonic = new(StringComparer.Ordinal);
    private DateTimeOffset? _previous;
    private double _since;

    /// <summary>To be asked for every event once, in order.</summary>
    public double Since(RecordedEvent recorded, EventFacts facts)
    {
        var elapsed = _previous is { } previous ? (recorded.Timestamp - previous).TotalMilliseconds : 0;
        if (facts is { Clock: { } clock, MonotonicMs: { } ms })
        {
            _since = _monotonic.TryGetValue(clock, out var known)
                ? Math.Max(_since, known.Since + ms - known.Ms)
                : _since + Math.Max(0, elapsed);
            _monotonic[clock] = (ms, _since);
        }
        else
        {
            _since += Math.Max(0, elapsed);
        }

        _previous = recorded.Timestamp;
        return _since;
    }
}

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>A clock that is there at once when somebody waits, and remembers for how long. Limits are never reached: what is
/// longer than <see cref="Limit"/> is one.</summary>
/// <param name="mostWaits">After which it stands still.</param>
internal sealed class ImpatientTime(int mostWaits = int.MaxValue) : TimeProvider
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private readonly int _mostWaits = mostWaits;
    private readonly List<TimeSpan> _waits = [];
    private DateTimeOffset _now = new(2026, 11, 20, 15, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_lock)
            {
                return [.. _waits];
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Pass(TimeSpan time)
    {
        lock (_lock)
        {
            _now += time;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Impatient(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Impatient(ImpatientTime time, Action fire) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan && dueTime < Limit)
            {
                lock (time._lock)
                {
                    if (time._waits.Count == time._mostWaits)
                    {
                        return true;
                    }

                    time._now += dueTime;
                    time._waits.Add(dueTime);
                }

                ThreadPool.QueueUserWorkItem(_ => fire());
            }

            return true;
        }

        public void Dispose()
        {
            // What was due has been.
        }

        public ValueTask DisposeAsync() => default;
    }
}

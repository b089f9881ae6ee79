namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>A clock by which every limit is over when something has happened, and not before.</summary>
internal sealed class LimitReached(Task when) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        when.ContinueWith(_ => callback(state), TaskScheduler.Default);
        return new Never();
    }

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // It holds nothing.
        }

        public ValueTask DisposeAsync() => default;
    }
}

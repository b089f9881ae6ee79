namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>How many steps of migrations memory in advance keeps out of the way of, just now.</summary>
internal sealed class Pauses
{
    private int _held;

    public bool Any => Volatile.Read(ref _held) > 0;

    /// <returns>Ends the pause when it is disposed.</returns>
    public IDisposable Begin()
    {
        Interlocked.Increment(ref _held);
        return new Pause(this);
    }

    private sealed class Pause(Pauses of) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                Interlocked.Decrement(ref of._held);
        }
    }
}

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>Asks for a report before its turn, because an instance has appeared, gone or changed its role.</summary>
public sealed class HeartbeatSignal : IDisposable
{
    private readonly SemaphoreSlim _wanted = new(0, 1);

    public void Now()
    {
        try
        {
            _wanted.Release();
        }
        catch (SemaphoreFullException)
        {
            // One is wanted already, and it will tell this too.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => _wanted.WaitAsync(atMost, cancel);

    public void Dispose() => _wanted.Dispose();
}

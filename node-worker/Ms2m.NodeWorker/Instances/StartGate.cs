namespace Ms2m.NodeWorker.Instances;

/// <summary>One start or stop outside a migration at a time, and no start of an instance after its stop: the broker hands
/// out a node's orders in their sequence, and they would be carried out side by side.</summary>
public sealed class StartGate : IDisposable
{
    /// <summary>A start and its stop are seconds apart.</summary>
    private const int Remembered = 256;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Queue<string> _stopped = new();

    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            return await work();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Inside the gate.</summary>
    public void Stopped(string instanceId)
    {
        if (_stopped.Count == Remembered)
            _stopped.Dequeue();
        _stopped.Enqueue(instanceId);
    }

    /// <summary>Inside the gate.</summary>
    public bool WasStopped(string instanceId) => _stopped.Contains(instanceId);

    public void Dispose() => _gate.Dispose();
}

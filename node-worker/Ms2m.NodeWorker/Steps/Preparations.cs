using System.Collections.Concurrent;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Containers being made ready for a checkpoint while the checkpoint is still being made elsewhere.</summary>
public sealed class Preparations(IContainerRuntime runtime)
{
    private readonly ConcurrentDictionary<string, Task<Outcome<Done>>> _underWay = new();

    public void Begin(ContainerRequest request) =>
        _underWay[request.Name] = runtime.PrepareAsync(request, CancellationToken.None);

    /// <summary>Waits for a preparation, and leaves it to be ended.</summary>
    public Task WaitAsync(string name, CancellationToken cancel) =>
        _underWay.TryGetValue(name, out var preparation)
            ? Task.WhenAny(preparation, Task.Delay(Timeout.Infinite, cancel))
            : Task.CompletedTask;

    /// <summary>Waits for a preparation; it does not matter how it ended, since a restore prepares what is not.</summary>
    public async Task EndAsync(string name, CancellationToken cancel)
    {
        if (_underWay.TryRemove(name, out var preparation))
            await Task.WhenAny(preparation, Task.Delay(Timeout.Infinite, cancel));
        cancel.ThrowIfCancellationRequested();
    }
}

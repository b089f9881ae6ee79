using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Memory of which the second half can be read when a test says so.</summary>
internal sealed class SlowMemory : ILiveMemory
{
    private readonly TaskCompletionSource _halfWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When absent, there is some that stands still half-way.</summary>
    public byte[][]? Blocks { get; set; }

    public Task HalfWay => _halfWay.Task;

    public void GoOn() => _goOn.TrySetResult();

    public IEnumerable<ReadOnlyMemory<byte>> Read(LiveContainer container) =>
        Blocks?.Select(block => (ReadOnlyMemory<byte>)block) ?? Slowly();

    private IEnumerable<ReadOnlyMemory<byte>> Slowly()
    {
        var noise = new byte[400 * Page.Length];
        new Random(7).NextBytes(noise);
        yield return noise.AsMemory(0, noise.Length / 2);
        _halfWay.TrySetResult();
        _goOn.Task.GetAwaiter().GetResult();
        yield return noise.AsMemory(noise.Length / 2);
    }
}

using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Memory that is only remembered.</summary>
internal sealed class FakeLiveMemory : ILiveMemory
{
    private int _reads;

    public byte[][] Blocks { get; set; } = [];

    /// <summary>From the second look on, when it is set.</summary>
    public byte[][]? Later { get; set; }

    public bool Broken { get; set; }

    public IEnumerable<ReadOnlyMemory<byte>> Read(LiveContainer container) =>
        Broken ? throw new InvalidOperationException("It is broken.") : (_reads++ > 0 && Later is { } later ? later : Blocks).Select(block => (ReadOnlyMemory<byte>)block);
}

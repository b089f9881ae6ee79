using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>Makes a frame of a block of a file: compressed where that pays.</summary>
/// <param name="wanted">What to do, of what the target can take.</param>
/// <param name="link">What the wire takes, in bytes a second, as far as it is known.</param>
internal sealed class BlockWriter(FrameQueue queue, TransferCompression wanted, Func<double?> link, TimeProvider time)
    : IBlockWriter, IDisposable
{
    /// <summary>The fastest; the next ones take a third more time for a twentieth less.</summary>
    private const int Level = 1;

    private readonly Zstd _zstd = new();
    private readonly Rate _compressor = new();
    private double? _ratio;
    private int _plainSince;

    public int Compressed { get; private set; }

    public int Plain { get; private set; }

    public async ValueTask WriteAsync(string name, long at, ReadOnlyMemory<byte> block, CancellationToken cancel)
    {
        var room = await queue.RoomAsync(cancel);
        var head = CheckpointFrame.HeadLength + name.Length;
        var length = IsToCompress(block.Length) ? Compress(block.Span, room.Span[head..]) : 0;
        if (length == 0)
            block.CopyTo(room[head..]);
        CheckpointFrame.Write(
            room.Span, length == 0 ? FrameKind.Data : FrameKind.Zstd, name, at, length == 0 ? block.Length : length);
        queue.Add(head + (length == 0 ? block.Length : length));
    }

    public ValueTask EndFileAsync(string name, CancellationToken cancel) => ValueTask.CompletedTask;

    public void Dispose() => _zstd.Dispose();

    private bool IsToCompress(int length)
    {
        var compresses = length > 0 && CompressionChoice.Compresses(
            wanted, new Measured(link(), _compressor.BytesPerSecond, _ratio, _plainSince));
        _plainSince = compresses ? 0 : _plainSince + 1;
        if (!compresses)
            Plain++;
        return compresses;
    }

    /// <summary>0 when the block does not become smaller.</summary>
    private int Compress(ReadOnlySpan<byte> block, Span<byte> room)
    {
        var since = time.GetTimestamp();
        var length = _zstd.Compress(block, room[..(block.Length - 1)], Level);
        _compressor.Saw(block.Length, time.GetElapsedTime(since));
        var ratio = length == 0 ? 1 : (double)length / block.Length;
        _ratio = _ratio is { } before ? before * 0.8 + ratio * 0.2 : ratio;
        if (length == 0)
            Plain++;
        else
            Compressed++;
        return length;
    }
}

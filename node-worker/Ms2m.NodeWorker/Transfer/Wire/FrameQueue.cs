using System.Buffers;
using System.Threading.Channels;

namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>Frames between the one who makes them and the one who writes them onto the wire, a few buffers at most, so
/// that reading, hashing and compressing go on while the wire is busy.</summary>
internal sealed class FrameQueue : IDisposable
{
    private const int Buffers = 4;
    private const int BufferLength = 2 * CheckpointFrame.MaxLength;

    private readonly byte[][] _all = [.. Enumerable.Range(0, Buffers).Select(_ => ArrayPool<byte>.Shared.Rent(BufferLength))];
    private readonly Channel<byte[]> _free = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<(byte[] Buffer, int Length)> _full = Channel.CreateUnbounded<(byte[], int)>();
    private byte[]? _open;
    private int _filled;

    public FrameQueue()
    {
        foreach (var buffer in _all)
            _free.Writer.TryWrite(buffer);
    }

    /// <summary>Room for one more frame, whatever its size. What is put there counts after <see cref="Add"/>.</summary>
    public async ValueTask<Memory<byte>> RoomAsync(CancellationToken cancel)
    {
        if (_open is not null && _open.Length - _filled < CheckpointFrame.MaxHead + CheckpointFrame.MaxLength)
            Flush();
        _open ??= await _free.Reader.ReadAsync(cancel);
        return _open.AsMemory(_filled);
    }

    public void Add(int length) => _filled += length;

    /// <summary>No more will come; with a failure, the reader sees it.</summary>
    public void Complete(Exception? failure = null)
    {
        Flush();
        _full.Writer.TryComplete(failure);
    }

    /// <summary>Hands on what there is, and takes each buffer back when it has been dealt with.</summary>
    public async Task DrainAsync(Func<ReadOnlyMemory<byte>, ValueTask> deal, CancellationToken cancel)
    {
        await foreach (var (buffer, length) in _full.Reader.ReadAllAsync(cancel))
        {
            await deal(buffer.AsMemory(0, length));
            _free.Writer.TryWrite(buffer);
        }
    }

    /// <summary>They held what a process knew.</summary>
    public void Dispose() => Array.ForEach(_all, buffer => ArrayPool<byte>.Shared.Return(buffer, clearArray: true));

    private void Flush()
    {
        if (_open is not { } buffer || _filled == 0)
            return;
        _full.Writer.TryWrite((buffer, _filled));
        (_open, _filled) = (null, 0);
    }
}

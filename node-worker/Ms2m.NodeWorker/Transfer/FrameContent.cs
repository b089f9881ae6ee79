using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>What frames stand for, in pieces that fit into a buffer.</summary>
/// <param name="bases">Folders of the bases that the sender has named, in its order.</param>
internal sealed class FrameContent(IReadOnlyList<string> bases) : IDisposable
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(CheckpointFrame.MaxLength);
    private readonly Dictionary<(byte, string), SafeFileHandle> _open = [];
    private readonly Zstd _zstd = new();
    private ReadOnlyMemory<byte> _bytes;
    private SafeFileHandle? _file;
    private long _at;

    /// <summary>How much of it is left.</summary>
    public long Length { get; private set; }

    /// <summary>Takes a frame's body, which must stay as it is until the next; gives trouble when it makes no sense.</summary>
    public Trouble? Open(CheckpointFrame frame, ReadOnlyMemory<byte> body)
    {
        (_bytes, _file, Length) = (body, null, body.Length);
        return frame.Kind switch
        {
            FrameKind.Zstd => Expand(body.Span),
            FrameKind.Zero => Zeros(body.Span),
            FrameKind.Copy => Copy(body.Span),
            _ => null,
        };
    }

    /// <summary>The next piece, at least a byte while there is one left.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        var piece = _bytes;
        if (_file is not null)
        {
            var read = RandomAccess.Read(_file, _buffer.AsSpan(0, (int)Math.Min(Length, _buffer.Length)), _at);
            if (read == 0)
                throw new IOException("A base has become shorter while it was used.");
            piece = _buffer.AsMemory(0, read);
        }
        else if (_bytes.Length > Length)
        {
            piece = _bytes[..(int)Length];
        }
        _at += piece.Length;
        Length -= piece.Length;
        return piece;
    }

    public void Dispose()
    {
        foreach (var file in _open.Values)
            file.Dispose();
        _zstd.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
    }

    private Trouble? Expand(ReadOnlySpan<byte> body)
    {
        var length = _zstd.Expand(body, _buffer.AsSpan(0, CheckpointFrame.MaxLength));
        if (length < 0)
            return NodeFailures.TransferRefused("a compressed piece cannot be expanded");
        (_bytes, Length) = (_buffer.AsMemory(0, length), length);
        return null;
    }

    private Trouble? Zeros(ReadOnlySpan<byte> body)
    {
        if (SpanFrames.ReadZeros(body) is not { } length)
            return NodeFailures.TransferRefused("a frame of zeros says no number of them");
        Array.Clear(_buffer);
        (_bytes, Length) = (_buffer, length);
        return null;
    }

    private Trouble? Copy(ReadOnlySpan<byte> body)
    {
        if (SpanFrames.ReadCopy(body) is not { } copy || copy.Base >= bases.Count)
            return NodeFailures.TransferRefused("a frame names no place in a base");
        try
        {
            if (!_open.TryGetValue((copy.Base, copy.File), out var file))
                _open[(copy.Base, copy.File)] = file = File.OpenHandle(Path.Combine(bases[copy.Base], copy.File));
            // Not summed up: the sum of two such numbers may be none.
            if (RandomAccess.GetLength(file) is var length && (copy.Offset > length || copy.Length > length - copy.Offset))
                return NodeFailures.TransferRefused("a frame names a place beyond a base's end");
            (_file, _at, Length) = (file, copy.Offset, copy.Length);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return NodeFailures.BaseGone();
        }
    }
}

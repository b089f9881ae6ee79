using System.Buffers.Binary;
using System.Text;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>One piece of a checkpoint's stream. The stream is a row of frames, each a head of fixed length, a name and
/// a body: <c>kind (1 byte), length of the name (1), offset in the file (8), length of the body (4)</c>, all
/// little-endian. A data frame carries bytes of one file, in order within the file; the end frame carries the digest
/// as its body and the number of bytes of all files as its offset. A zstd frame is a data frame whose body is one
/// compressed block, which expands to no more than the longest body. Copy and zero frames stand for
/// bytes that need not travel: see <see cref="Delta.SpanFrames"/>.</summary>
public readonly record struct CheckpointFrame(FrameKind Kind, int NameLength, long Offset, int Length)
{
    public const int HeadLength = 14;

    /// <summary>Longest body: what both sides hold in memory of a checkpoint.</summary>
    public const int MaxLength = 256 * 1024;

    public const int MaxNameLength = 100;

    /// <summary>Head and name of a frame with the longest name.</summary>
    public const int MaxHead = HeadLength + MaxNameLength;

    /// <summary>Head and name into a buffer; gives how long they are.</summary>
    public static int Write(Span<byte> to, FrameKind kind, string name, long offset, int length)
    {
        to[0] = (byte)kind;
        to[1] = (byte)name.Length;
        BinaryPrimitives.WriteInt64LittleEndian(to[2..], offset);
        BinaryPrimitives.WriteInt32LittleEndian(to[10..], length);
        return HeadLength + Encoding.ASCII.GetBytes(name, to[HeadLength..]);
    }

    /// <summary>Null when these bytes are no frame's head.</summary>
    public static CheckpointFrame? Read(ReadOnlySpan<byte> head)
    {
        var frame = new CheckpointFrame(
            (FrameKind)head[0], head[1], BinaryPrimitives.ReadInt64LittleEndian(head[2..]),
            BinaryPrimitives.ReadInt32LittleEndian(head[10..]));
        var sound = frame.Kind is >= FrameKind.Data and <= FrameKind.Zero
            && frame.Offset >= 0 && frame.Length is >= 0 and <= MaxLength
            && (frame.Kind == FrameKind.End ? frame.NameLength == 0 : frame.NameLength is > 0 and <= MaxNameLength);
        return sound ? frame : null;
    }
}

public enum FrameKind : byte
{
    Data = 1,
    End = 2,
    Zstd = 3,
    Copy = 4,
    Zero = 5,
}

using System.Buffers.Binary;
using System.Text;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>The bodies of frames that stand for bytes the target has already. A copy: number of the base (1 byte), offset in
/// its file (8), length (8), name of the file. Zeros: their number (8). All little-endian.</summary>
internal static class SpanFrames
{
    private const int CopyHead = 17;

    public static int WriteZeros(Span<byte> to, string name, long offset, long length)
    {
        var head = CheckpointFrame.Write(to, FrameKind.Zero, name, offset, sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(to[head..], length);
        return head + sizeof(long);
    }

    public static int WriteCopy(Span<byte> to, string name, long offset, CopiedSpan copy)
    {
        var body = CopyHead + copy.File.Length;
        var head = CheckpointFrame.Write(to, FrameKind.Copy, name, offset, body);
        to[head] = copy.Base;
        BinaryPrimitives.WriteInt64LittleEndian(to[(head + 1)..], copy.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(to[(head + 9)..], copy.Length);
        Encoding.ASCII.GetBytes(copy.File, to[(head + CopyHead)..]);
        return head + body;
    }

    /// <summary>Null when these bytes are no such body.</summary>
    public static long? ReadZeros(ReadOnlySpan<byte> body) =>
        body.Length == sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(body) is > 0 and var length ? length : null;

    /// <summary>Null when these bytes are no such body. Whether there is such a base, and such a span in it, is not known
    /// here.</summary>
    public static CopiedSpan? ReadCopy(ReadOnlySpan<byte> body)
    {
        if (body.Length is <= CopyHead or > CopyHead + CheckpointFrame.MaxNameLength)
            return null;
        var copy = new CopiedSpan(
            body[0], Encoding.ASCII.GetString(body[CopyHead..]), BinaryPrimitives.ReadInt64LittleEndian(body[1..]),
            BinaryPrimitives.ReadInt64LittleEndian(body[9..]));
        return copy.Offset >= 0 && copy.Length > 0 && CheckpointFiles.IsAllowed(copy.File) ? copy : null;
    }
}

internal readonly record struct CopiedSpan(byte Base, string File, long Offset, long Length);

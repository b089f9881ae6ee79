using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ms2m.Workload;

/// <summary>Digest over everything applied since the journal was opened, in order. Two instances with the same chain have
/// applied the same messages in the same order.</summary>
internal sealed class Chain
{
    public static readonly Chain Start = new(0, new byte[SHA256.HashSizeInBytes]);

    private readonly byte[] digest;

    private Chain(long position, byte[] digest)
    {
        Position = position;
        this.digest = digest;
    }

    /// <summary>Ordinal of the last message in it; 0 for none.</summary>
    public long Position { get; }

    public string Hex => Convert.ToHexStringLower(digest);

    public Chain Append(string name, ReadOnlySpan<byte> payload)
    {
        var text = Encoding.UTF8.GetByteCount(name);
        Span<byte> link = text <= 512 ? stackalloc byte[72 + text] : new byte[72 + text];
        digest.CopyTo(link);
        BinaryPrimitives.WriteInt64BigEndian(link[32..], Position + 1);
        Encoding.UTF8.GetBytes(name, link[40..]);
        SHA256.HashData(payload, link[(40 + text)..]);
        return new Chain(Position + 1, SHA256.HashData(link));
    }
}

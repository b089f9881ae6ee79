using System.Buffers.Binary;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>What CRIU's daemon says when it wants pages, and the head of what it is answered: CRIU's own
/// <c>struct page_server_iov</c> (criu/page-xfer.c).</summary>
/// <param name="Process">The number of the process in its container.</param>
internal readonly record struct PageRequest(uint Command, long Pages, long Address, long Process)
{
    public const int Length = 32;

    /// <summary>At once: CRIU asks for 4 MB.</summary>
    public const int MostPages = 4096;

    private const uint Get = 7;
    private const uint Close = 0x1023;
    private const uint CloseForced = 0x1024;

    // PS_IOV_ADD_F, and the flag that the pages are there (PE_PRESENT).
    private const uint Add = 6 | (4 << 16);

    public bool IsEnd => Command is Close or CloseForced;

    /// <summary>Whether it can be believed: another version of CRIU may mean something else by the same bytes.</summary>
    public bool IsSound => Command == Get && Pages is > 0 and <= MostPages && Address > 0 && Address % Page.Length == 0 && Process > 0;

    public int Bytes => (int)Pages * Page.Length;

    public static PageRequest Read(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(from), BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[16..]), BinaryPrimitives.ReadInt64LittleEndian(from[24..]));

    /// <summary>The head of the answer that brings these pages.</summary>
    public PageRequest Answered() => this with { Command = Add };

    /// <summary>The answer of a source that has no memory any more.</summary>
    public PageRequest Gone() => this with { Command = Add, Pages = 0 };

    public void Write(Span<byte> to)
    {
        to[..Length].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, Command);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Pages);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], Address);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Process);
    }
}

using System.Buffers.Binary;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>CRIU's list of a process's pages, or of those that several share: <c>pagemap-….img</c>. The pages themselves lie one
/// after another, in the order of the list, in the file <c>pages-ID.img</c> that it names.</summary>
internal sealed record Pagemap(uint PagesId, IReadOnlyList<PagemapEntry> Entries)
{
    public const int PageLength = 4096;

    // Two magic words, then messages, each after its length (4 bytes): pagemap_head, and one pagemap_entry for each stretch.
    private const uint CommonMagic = 0x54564319;
    private const uint PagemapMagic = 0x56084025;
    private const int MaxMessage = 256;

    public string PagesFile => $"pages-{PagesId}.img";

    /// <exception cref="InvalidDataException">It is no such file, or holds what is not known here.</exception>
    public static Pagemap Parse(ReadOnlySpan<byte> file)
    {
        Demand(file.Length >= 8 && BinaryPrimitives.ReadUInt32LittleEndian(file) == CommonMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) == PagemapMagic);
        file = file[8..];
        var head = Fields(Next(ref file));
        Demand(head.Count == 1 && head.ContainsKey(1));
        var entries = new List<PagemapEntry>();
        while (file.Length > 0)
        {
            var entry = new PagemapEntry(Fields(Next(ref file)));
            Demand(entry.Pages > 0 && entry.Address % PageLength == 0
                && (entries.Count == 0 || entry.Address >= entries[^1].End));
            entries.Add(entry);
        }
        return new Pagemap((uint)head[1], entries);
    }

    public byte[] ToBytes()
    {
        var to = new List<byte>();
        AddWord(to, CommonMagic);
        AddWord(to, PagemapMagic);
        AddMessage(to, new SortedDictionary<uint, ulong> { [1] = PagesId });
        foreach (var entry in Entries)
            AddMessage(to, entry.Fields);
        return [.. to];
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> file)
    {
        Demand(file.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(file) is var length && length <= MaxMessage
            && length <= file.Length - 4);
        var message = file.Slice(4, BinaryPrimitives.ReadInt32LittleEndian(file));
        file = file[(4 + message.Length)..];
        return message;
    }

    /// <summary>All that CRIU has in these messages are numbers.</summary>
    private static SortedDictionary<uint, ulong> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new SortedDictionary<uint, ulong>();
        while (message.Length > 0)
        {
            var tag = Varint(ref message);
            Demand((tag & 7) == 0);
            fields[(uint)(tag >> 3)] = Varint(ref message);
        }
        return fields;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> from)
    {
        var value = 0UL;
        for (var i = 0; i < 10; i++)
        {
            Demand(i < from.Length);
            value |= (ulong)(from[i] & 0x7F) << (7 * i);
            if ((from[i] & 0x80) == 0)
            {
                from = from[(i + 1)..];
                return value;
            }
        }
        throw new InvalidDataException("This is no list of pages by CRIU.");
    }

    private static void AddMessage(List<byte> to, SortedDictionary<uint, ulong> fields)
    {
        var message = new List<byte>();
        foreach (var (number, value) in fields)
        {
            AddVarint(message, (ulong)number << 3);
            AddVarint(message, value);
        }
        AddWord(to, (uint)message.Count);
        to.AddRange(message);
    }

    private static void AddVarint(List<byte> to, ulong value)
    {
        for (; value > 0x7F; value >>= 7)
            to.Add((byte)(value | 0x80));
        to.Add((byte)value);
    }

    private static void AddWord(List<byte> to, uint value)
    {
        for (var shift = 0; shift < 32; shift += 8)
            to.Add((byte)(value >> shift));
    }

    private static void Demand(bool holds)
    {
        if (!holds)
            throw new InvalidDataException("This is no list of pages by CRIU.");
    }
}

/// <summary>Neighbouring pages. The fields are those of CRIU's pagemap.proto: 1 address, 2 number of pages, 3 whether only the
/// parent has them (as older ones say it), 4 flags, 5 number of pages where 2 is too narrow.</summary>
internal sealed record PagemapEntry(SortedDictionary<uint, ulong> Fields)
{
    private const ulong Parent = 1;
    private const ulong Present = 4;

    public ulong Address => Fields.GetValueOrDefault(1u);

    public ulong Pages => Fields.TryGetValue(5, out var pages) ? pages : Fields.GetValueOrDefault(2u);

    public ulong End => Address + Pages * Pagemap.PageLength;

    public bool IsInParent => (Flags & Parent) != 0 || Fields.GetValueOrDefault(3u) != 0;

    /// <summary>It has a place in the file of pages. Older ones have no flags.</summary>
    public bool IsHere => !IsInParent && (!Fields.ContainsKey(4) || (Flags & Present) != 0);

    private ulong Flags => Fields.GetValueOrDefault(4u);

    /// <summary>The same, with a place in the file.</summary>
    public PagemapEntry Taken()
    {
        var fields = new SortedDictionary<uint, ulong>(Fields) { [4] = (Flags & ~Parent) | Present };
        fields.Remove(3);
        return new PagemapEntry(fields);
    }
}

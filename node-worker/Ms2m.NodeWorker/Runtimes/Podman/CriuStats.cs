using System.Buffers.Binary;
using System.Formats.Tar;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>CRIU's own account of a dump, in milliseconds.</summary>
/// <param name="FreezingMs">Until all processes stood still.</param>
/// <param name="FrozenMs">For which they then stood still.</param>
/// <param name="MemoryMs">Of which taking and writing memory.</param>
public sealed record CriuStats(double FreezingMs, double FrozenMs, double MemoryMs)
{
    // The file stats-dump: two magic words, the length of the entry, and a protobuf StatsEntry whose field 1 is a
    // DumpStatsEntry; its fields 1 to 4 are freezing, frozen, memory-dump and memory-write time in microseconds.
    private const uint ServiceMagic = 0x55105940;
    private const uint StatsMagic = 0x57093306;

    public static CriuStats? ReadDump(string path) => File.Exists(path) ? Parse(File.ReadAllBytes(path)) : null;

    /// <summary>From podman's export of a checkpoint.</summary>
    public static CriuStats? ReadExport(string path)
    {
        using var file = File.OpenRead(path);
        using var tar = new TarReader(file);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name is "stats-dump" && entry.DataStream is { Length: < 4096 } data)
            {
                var bytes = new byte[data.Length];
                data.ReadExactly(bytes);
                return Parse(bytes);
            }
        }
        return null;
    }

    /// <summary>Null when it is not such a file: its absence must not fail a dump that worked.</summary>
    public static CriuStats? Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(file) != ServiceMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) != StatsMagic)
            return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (length > file.Length - 12)
            return null;
        var entry = file.Slice(12, (int)length);
        // Tag of field 1, length-delimited.
        if (!TryVarint(ref entry, out var tag) || tag != 0x0A || !TryVarint(ref entry, out var size)
            || size > (ulong)entry.Length)
            return null;
        var dump = entry[..(int)size];
        Span<double> times = stackalloc double[5];
        while (TryVarint(ref dump, out tag) && (tag & 7) == 0 && TryVarint(ref dump, out var value))
        {
            if (tag >> 3 is >= 1 and <= 4)
                times[(int)(tag >> 3)] = value / 1000.0;
        }
        return new CriuStats(times[1], times[2], times[3] + times[4]);
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> from, out ulong value)
    {
        value = 0;
        for (var i = 0; i < from.Length && i < 10; i++)
        {
            value |= (ulong)(from[i] & 0x7F) << (7 * i);
            if ((from[i] & 0x80) == 0)
            {
                from = from[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}

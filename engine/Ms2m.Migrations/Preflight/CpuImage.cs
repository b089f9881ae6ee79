using System.Buffers.Binary;

namespace Ms2m.Migrations.Preflight;

/// <summary>The file that <c>criu cpuinfo dump</c> writes: two magic words, the length of the entry, and a protobuf
/// CpuinfoEntry whose field 1 is the x86 one; in that, the repeated field 6 holds words of feature bits and field 8 the
/// mask of extended states. CRIU's images/cpuinfo.proto.</summary>
internal static class CpuImage
{
    private const uint CommonMagic = 0x54564319;
    private const uint CpuMagic = 0x61404013;
    private const ulong X86 = 1;
    private const ulong Capability = 6;
    private const ulong ExtendedStates = 8;

    /// <summary>Words of bits, each of which is something that the processor can; null when it is not such a file.</summary>
    public static uint[]? Features(ReadOnlySpan<byte> file)
    {
        if (file.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(file) != CommonMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) != CpuMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) is var length && length > file.Length - 12)
        {
            return null;
        }

        var entry = file.Slice(12, (int)length);
        return TryVarint(ref entry, out var tag) && tag == ((X86 << 3) | 2) && TryVarint(ref entry, out var size) && size <= (ulong)entry.Length
            ? Words(entry[..(int)size])
            : null;
    }

    private static uint[]? Words(ReadOnlySpan<byte> x86)
    {
        var words = new List<uint>();
        ulong states = 0;
        while (!x86.IsEmpty)
        {
            if (!TryVarint(ref x86, out var tag) || !TryVarint(ref x86, out var value))
            {
                return null;
            }

            switch (tag & 7, tag >> 3)
            {
                case (0, Capability):
                    words.Add((uint)value);
                    break;
                case (0, ExtendedStates):
                    states = value;
                    break;
                case (2, _) when value <= (ulong)x86.Length:
                    x86 = x86[(int)value..];
                    break;
                case (0, _):
                    break;
                default:
                    return null;
            }
        }

        return words.Count == 0 ? null : [.. words, (uint)states, (uint)(states >> 32)];
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

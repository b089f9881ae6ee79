using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>What memory is compared by. CRIU writes pages one after another, so they lie at multiples of their length in
/// its files.</summary>
internal static class Page
{
    public const int Length = 4096;

    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;

    private static readonly ulong HashOfZeros = HashOf(new byte[Length]);

    public static bool IsZero(ReadOnlySpan<byte> page, ulong hash) => hash == HashOfZeros && !page.ContainsAnyExcept((byte)0);

    /// <summary>XXH64 with seed 0. It is not proof against an enemy and need not be: pages that are taken for equal by
    /// mistake make a checkpoint with another digest, which is then sent as a whole.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> page)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(page[..Length]);
        ref var first = ref MemoryMarshal.GetReference(words);
        var (a, b, c, d) = (unchecked(Prime1 + Prime2), Prime2, 0UL, unchecked(0 - Prime1));
        for (var i = 0; i < Length / sizeof(ulong); i += 4)
        {
            a = Round(a, Unsafe.Add(ref first, i));
            b = Round(b, Unsafe.Add(ref first, i + 1));
            c = Round(c, Unsafe.Add(ref first, i + 2));
            d = Round(d, Unsafe.Add(ref first, i + 3));
        }
        var hash = unchecked(BitOperations.RotateLeft(a, 1) + BitOperations.RotateLeft(b, 7)
            + BitOperations.RotateLeft(c, 12) + BitOperations.RotateLeft(d, 18));
        hash = Merge(Merge(Merge(Merge(hash, a), b), c), d);
        hash = unchecked(hash + Length);
        hash = unchecked((hash ^ (hash >> 33)) * Prime2);
        hash = unchecked((hash ^ (hash >> 29)) * Prime3);
        return hash ^ (hash >> 32);
    }

    private static ulong Round(ulong sum, ulong word) => unchecked(
        BitOperations.RotateLeft(sum + (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) * Prime2, 31)
        * Prime1);

    private static ulong Merge(ulong hash, ulong sum) => unchecked((hash ^ Round(0, sum)) * Prime1 + Prime4);
}

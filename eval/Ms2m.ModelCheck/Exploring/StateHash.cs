using System.Buffers.Binary;

namespace Ms2m.ModelCheck.Exploring;

/// <summary>128 bits that stand for a state. Among 10^8 states the chance that any two share them is below 10^-22.</summary>
internal readonly record struct StateHash(ulong High, ulong Low)
{
    public static StateHash Of(ReadOnlySpan<byte> bytes)
    {
        ulong high = 0x9E3779B97F4A7C15, low = 0xC2B2AE3D27D4EB4F ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            Mix(ref high, ref low, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        ulong last = 0;
        for (var each = 0; each < bytes.Length; each++)
        {
            last |= (ulong)bytes[each] << (8 * each);
        }
        Mix(ref high, ref low, last);
        Mix(ref high, ref low, 0xD6E8FEB86659FD93);
        return new StateHash(high, low);
    }

    private static void Mix(ref ulong high, ref ulong low, ulong word)
    {
        var up = Math.BigMul(high ^ word, 0xA0761D6478BD642F, out var down);
        high = up ^ down ^ low;
        up = Math.BigMul(low ^ ulong.RotateLeft(word, 29), 0xE7037ED1A0B428DB, out down);
        low = (up ^ down) + ulong.RotateLeft(high, 17);
    }
}

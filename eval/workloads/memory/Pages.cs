using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ms2m.Memory;

/// <summary>Memory that is never the same twice: each page holds its version and 4 kB of noise that follows from its
/// number and version, so whoever is told both can say what it must hold.</summary>
internal sealed unsafe class Pages
{
    public const int Size = 4096;

    private readonly byte* _memory;
    private readonly Lock _lock = new();
    private int _next;

    public Pages(long bytes)
    {
        Count = (int)(bytes / Size);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)((long)Count * Size), Size);
        for (var page = 0; page < Count; page++)
        {
            Write(page, 1);
        }
    }

    public int Count { get; }

    /// <summary>Gives the next pages, all over the memory, their next version.</summary>
    public void Rewrite(int count)
    {
        for (var done = 0; done < count; done++)
        {
            lock (_lock)
            {
                // A step that shares no factor with the count reaches every page before it comes to one again.
                _next = (int)(((long)_next + Step(Count)) % Count);
                Write(_next, BinaryPrimitives.ReadInt64LittleEndian(Page(_next)) + 1);
            }
        }
    }

    /// <summary>Copies a page as it is now.</summary>
    public void Read(int page, Span<byte> into)
    {
        lock (_lock)
        {
            Page(page).CopyTo(into);
        }
    }

    private static int Step(int count)
    {
        var step = Math.Max(1, (int)(count * 0.618));
        while (Gcd(step, count) != 1)
        {
            step++;
        }

        return step;
    }

    private static int Gcd(int one, int other) => other == 0 ? one : Gcd(other, one % other);

    private Span<byte> Page(int page) => new(_memory + ((long)page * Size), Size);

    private void Write(int page, long version)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(Page(page));
        words[0] = (ulong)version;
        // splitmix64: of good noise the cheapest, and eight lines in any language.
        var state = ((ulong)page << 32) ^ (ulong)version;
        for (var word = 1; word < words.Length; word++)
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            words[word] = mixed ^ (mixed >> 31);
        }
    }
}

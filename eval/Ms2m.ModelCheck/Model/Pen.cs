using System.Buffers.Binary;

namespace Ms2m.ModelCheck;

/// <summary>Writes a state into bytes.</summary>
internal ref struct Pen(Span<byte> to)
{
    private readonly Span<byte> to = to;

    public int Length { get; private set; }

    public void Byte(byte value) => to[Length++] = value;

    public void Short(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to[Length..], checked((ushort)value));
        Length += 2;
    }

    public void Long(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to[Length..], value);
        Length += 8;
    }

    public void Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to[Length..], value);
        Length += 4;
    }

    public void Shorts(List<int> values)
    {
        Byte((byte)values.Count);
        foreach (var value in values)
        {
            Short(value);
        }
    }

    public void Ints(List<int> values)
    {
        Byte((byte)values.Count);
        foreach (var value in values)
        {
            Int(value);
        }
    }
}

/// <summary>Reads it back.</summary>
internal ref struct Eye(ReadOnlySpan<byte> from)
{
    private readonly ReadOnlySpan<byte> from = from;
    private int at;

    public byte Byte() => from[at++];

    public ushort Short()
    {
        at += 2;
        return BinaryPrimitives.ReadUInt16LittleEndian(from[(at - 2)..]);
    }

    public ulong Long()
    {
        at += 8;
        return BinaryPrimitives.ReadUInt64LittleEndian(from[(at - 8)..]);
    }

    public int Int()
    {
        at += 4;
        return BinaryPrimitives.ReadInt32LittleEndian(from[(at - 4)..]);
    }

    public void Shorts(List<int> into)
    {
        into.Clear();
        for (var left = Byte(); left > 0; left--)
        {
            into.Add(Short());
        }
    }

    public void Ints(List<int> into)
    {
        into.Clear();
        for (var left = Byte(); left > 0; left--)
        {
            into.Add(Int());
        }
    }
}

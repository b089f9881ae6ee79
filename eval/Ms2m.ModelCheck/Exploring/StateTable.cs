namespace Ms2m.ModelCheck.Exploring;

/// <summary>Which states have been met, and from where: 25 bytes a state, at a load of two thirds at most.</summary>
internal sealed class StateTable
{
    private ulong[] high = new ulong[1 << 16];
    private ulong[] low = new ulong[1 << 16];
    private int[] numbers = new int[1 << 16];
    private int[] parents = new int[1 << 16];
    private int[] moves = new int[1 << 16];
    private byte[] marks = new byte[1 << 16];

    public int Count { get; private set; }

    public byte Mark(int number) => marks[number];

    public void Mark(int number, byte mark) => marks[number] = mark;

    /// <summary>Whether the state is new; it is numbered then.</summary>
    public bool Add(StateHash hash, int parent, int move, out int number)
    {
        if (Count * 3L > numbers.Length * 2L)
        {
            Grow();
        }
        var at = Find(hash);
        if (numbers[at] != 0)
        {
            number = numbers[at] - 1;
            return false;
        }
        number = Count++;
        (high[at], low[at], numbers[at]) = (hash.High, hash.Low, number + 1);
        if (number >= parents.Length)
        {
            var size = (int)Math.Min(parents.Length * 2L, Array.MaxLength);
            Array.Resize(ref parents, size);
            Array.Resize(ref moves, size);
            Array.Resize(ref marks, size);
        }
        (parents[number], moves[number]) = (parent, move);
        return true;
    }

    /// <summary>The moves that led to a state, first to last.</summary>
    public List<Move> Way(int number)
    {
        var way = new List<Move>();
        for (; parents[number] >= 0; number = parents[number])
        {
            way.Add(Move.Unpack(moves[number]));
        }
        way.Reverse();
        return way;
    }

    private int Find(StateHash hash)
    {
        var mask = numbers.Length - 1;
        var at = (int)(hash.Low & (ulong)mask);
        while (numbers[at] != 0 && (low[at] != hash.Low || high[at] != hash.High))
        {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void Grow()
    {
        var (oldHigh, oldLow, oldNumbers) = (high, low, numbers);
        high = new ulong[oldNumbers.Length * 2];
        low = new ulong[oldNumbers.Length * 2];
        numbers = new int[oldNumbers.Length * 2];
        for (var each = 0; each < oldNumbers.Length; each++)
        {
            if (oldNumbers[each] != 0)
            {
                var at = Find(new StateHash(oldHigh[each], oldLow[each]));
                (high[at], low[at], numbers[at]) = (oldHigh[each], oldLow[each], oldNumbers[each]);
            }
        }
    }
}

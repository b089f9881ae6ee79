namespace Ms2m.ModelCheck.Parts;

/// <summary>What stands in Q: a message, named by its place in the order of arrival, or a fence.</summary>
/// <param name="Place">2k+1 for message k; 2k for a fence that came behind k messages.</param>
internal readonly record struct Item(byte Place, bool Redelivered, byte Migration)
{
    public bool IsFence => (Place & 1) == 0;

    public int Message => Place >> 1;

    public ulong Tag => (ulong)Place + 1;

    public static Item OfMessage(int message) => new((byte)((2 * message) + 1), false, 0);

    public static Item Fence(int messagesBefore, int migration) => new((byte)(2 * messagesBefore), false, (byte)migration);

    public override string ToString() => (IsFence ? "the fence" : $"m{Message}") + (Redelivered ? " again" : "");
}

/// <summary>What stands in J: an entry, or the end.</summary>
/// <param name="Ordinal">Of the entry; for the end, the last ordinal.</param>
/// <param name="Message">Of the entry; for the end, how many may come again.</param>
internal readonly record struct Line(byte Migration, bool End, byte Ordinal, byte Message, bool Carried)
{
    public override string ToString() => End
        ? $"the end after {Ordinal}"
        : $"entry {Ordinal} (m{Message}{(Carried ? " with its payload" : " by name")})";
}

/// <summary>An answer to a delivery on its way to the broker.</summary>
internal readonly record struct Answer(byte Place, AnswerKind Kind);

internal enum AnswerKind : byte
{
    UpTo,
    Alone,
    Reject,
}

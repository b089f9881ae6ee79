namespace Ms2m.Migrations.Plans;

/// <summary>In which order a rollback goes back.</summary>
internal static class UndoOrder
{
    /// <summary>Before the copy goes of a source that is no more.</summary>
    public const int ConfirmRevival = -5;

    /// <summary>One name, one pod.</summary>
    public const int FreeName = -4;

    /// <summary>What is half released is in nobody's hands: it is not known whether the source's pod stays.</summary>
    public const int Settle = -3;

    public const int Revive = -2;

    public const int Readopt = -1;

    /// <summary>A source that stands still can answer nothing.</summary>
    public const int Thaw = 0;

    /// <summary>Before anything is removed: a source that nobody has heard of since may be dead, and then the copy is the
    /// last one.</summary>
    public const int Confirm = 1;

    public const int TakeAway = 2;

    /// <summary>Only what nobody uses any more can be deleted for good; and only when nobody serves may another.</summary>
    public const int Last = 3;
}

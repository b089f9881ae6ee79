using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What a source remembers of the migration it is the source of.</summary>
internal sealed class SourceJournal(PrepareSource command)
{
    public Guid MigrationId => Command.MigrationId;

    public PrepareSource Command { get; set; } = command;

    public SourcePhase Phase { get; set; } = SourcePhase.Preparing;

    public bool Declared { get; set; }

    public Chain Chain { get; set; } = Chain.Start;

    /// <summary>From here on R has what Q brings.</summary>
    public bool FenceMet { get; set; }

    public QuiesceSource? Quiesce { get; set; }

    /// <summary>The fence stands in line and is reported when its turn comes.</summary>
    public bool FenceUnreported { get; set; }

    /// <summary>The broker has been asked to take back what no handler has begun.</summary>
    public bool Returning { get; set; }

    /// <summary>The connection was lost since: the last acknowledgements may not have arrived.</summary>
    public bool LostSinceQuiesce { get; set; }

    public int Unsettled { get; set; }

    public bool CloseSafe { get; set; }

    public SourceJournal Clone() => (SourceJournal)MemberwiseClone();
}

/// <summary>How far a source is in its part of the handoff.</summary>
internal enum SourcePhase
{
    /// <summary>What was applied before the journal is finished first, so that ordinal 0 is a clean cut.</summary>
    Preparing,

    /// <summary>Everything applied goes into J.</summary>
    Open,

    /// <summary>No handler begins any more; what is applied becomes safe.</summary>
    Quiescing,

    /// <summary>N is fixed.</summary>
    Closed,
}

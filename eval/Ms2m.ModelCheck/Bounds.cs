using Ms2m.Contracts;

namespace Ms2m.ModelCheck;

/// <summary>How much may happen in one check.</summary>
internal sealed record Bounds
{
    public int Messages { get; init; } = 3;

    public int Publishers { get; init; } = 2;

    /// <summary>Deliveries that Q sends before it waits for answers.</summary>
    public int Window { get; init; } = 2;

    /// <summary>How many of the faults happen, of any kinds.</summary>
    public int Faults { get; init; } = 1;

    public Fault Kinds { get; init; } = Fault.All;

    /// <summary>2: when the first one has ended without moving the workload, another is asked for.</summary>
    public int Migrations { get; init; } = 1;

    /// <summary>Messages whose handler throws, as bits.</summary>
    public int Failing { get; init; }

    /// <summary>Of moves that commute with all others only one order is walked; docs/model-check.md says which and why.</summary>
    public bool Reduced { get; init; } = true;

    /// <summary>The policy for a source that does not answer.</summary>
    public SilenceAction OnSourceSilent { get; init; } = SilenceAction.RollBack;

    /// <summary>The fence does not wait for messages that were on their way when R was bound.</summary>
    public bool ShortSettling { get; init; }
}

/// <summary>What may go wrong. Each happening costs one of the faults.</summary>
[Flags]
internal enum Fault
{
    None = 0,

    /// <summary>The source's process is killed.</summary>
    SourceDies = 1,

    /// <summary>The shadow's process is killed before it has taken over.</summary>
    ShadowDies = 1 << 1,

    /// <summary>The source's connection dies.</summary>
    SourceLosesLink = 1 << 2,

    /// <summary>The shadow's connection dies.</summary>
    ShadowLosesLink = 1 << 3,

    /// <summary>All connections die, and the marks of redelivery are forgotten.</summary>
    BrokerRestarts = 1 << 4,

    /// <summary>Somebody cancels the migration.</summary>
    Cancel = 1 << 5,

    /// <summary>A command comes twice; the copy at any time later.</summary>
    CommandTwice = 1 << 6,

    /// <summary>The engine gets an answer twice; the copy at any time later.</summary>
    AnswerTwice = 1 << 7,

    /// <summary>A step's deadline passes although its answer is still to come.</summary>
    EarlyDeadline = 1 << 8,

    /// <summary>The shadow's deadline for a payload or an entry passes although it is still to come.</summary>
    EarlyPayloadDeadline = 1 << 9,

    /// <summary>R and J vanish.</summary>
    ReplayVanishes = 1 << 10,

    /// <summary>The source is cut off until the migration has ended without it, and its control queue has expired.</summary>
    SourceCutOff = 1 << 11,

    /// <summary>The source is killed together with its node's worker: nobody tells the engine, and the node stops reporting.</summary>
    SourceNodeDies = 1 << 12,

    /// <summary>The broker restarts and has forgotten the newest acknowledgements: what they were for comes again, at most one
    /// window of what was begun last.</summary>
    BrokerForgets = 1 << 13,

    All = (1 << 14) - 1,
}

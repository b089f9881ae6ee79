using Ms2m.Contracts;

namespace Ms2m.Migrations.Views;

/// <summary>One migration as people and scripts see it, computed from its events alone. Times are in milliseconds on the
/// engine's clock.</summary>
public sealed record MigrationView
{
    public required Guid MigrationId { get; init; }

    public string? Workload { get; init; }

    public string? SourceNode { get; init; }

    public string? TargetNode { get; init; }

    public string? Strategy { get; init; }

    /// <summary>Why this strategy, where the engine has chosen it.</summary>
    public string? StrategyReason { get; init; }

    /// <summary>How the checkpoint travels; absent before that is known.</summary>
    public TransferMode? Transfer { get; init; }

    /// <summary>Whether it was to serve before its memory was there.</summary>
    public bool PostCopy { get; init; }

    public int Priority { get; init; }

    public Phase Phase { get; init; } = Phase.Pending;

    /// <summary>While it waits for its turn: its place in the queue. Not from its own events: it depends on the
    /// others.</summary>
    public QueuePlace? Queue { get; init; }

    /// <summary>How long it has waited for its turn; absent when it did not have to.</summary>
    public double? WaitedMs { get; init; }

    public bool Finished { get; init; }

    public Failure? Reason { get; init; }

    public DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public IReadOnlyList<PhaseTime> Phases { get; init; } = [];

    public IReadOnlyList<StepTime> Steps { get; init; } = [];

    /// <summary>From the request to the end, or until now.</summary>
    public double TotalMs { get; init; }

    /// <summary>From the decision to stop the source, or to fail over, until the target served: the longest time in which
    /// nobody can have done anything new.</summary>
    public double? InterruptionMs { get; init; }

    public long? CheckpointBytes { get; init; }

    /// <summary>What went over the wire for it; absent when unknown.</summary>
    public long? WireBytes { get; init; }

    /// <summary>How long CRIU held the source still.</summary>
    public double? FrozenMs { get; init; }

    public long? ReplayedMessages { get; init; }

    public long? LagEntries { get; init; }

    /// <summary>Whether source and target were proven equal before the commit.</summary>
    public bool Verified { get; init; }

    /// <summary>Whether the shadow took over from a source that was lost: exact up to what the source had journaled, with
    /// nobody left to compare with.</summary>
    public bool FailedOver { get; init; }

    public IReadOnlyList<string> Leftovers { get; init; } = [];
}

/// <summary>How long a phase lasted, or has lasted.</summary>
public sealed record PhaseTime(Phase Name, double Ms);

/// <summary>One step: its newest attempt, how long it took since its first, and what became of it.</summary>
/// <param name="State"><c>running</c>, <c>done</c> or <c>failed</c>.</param>
public sealed record StepTime(string Name, int Attempt, double Ms, string State);

using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>A migration as the engine shows it. Times are in milliseconds.</summary>
public sealed record MigrationView(
    Guid MigrationId,
    string? Workload,
    string? SourceNode,
    string? TargetNode,
    string? Strategy,
    string Phase,
    bool Finished,
    Failure? Reason,
    DateTimeOffset RequestedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyList<PhaseView>? Phases,
    IReadOnlyList<StepView>? Steps,
    double TotalMs,
    double? InterruptionMs,
    long? CheckpointBytes,
    double? FrozenMs,
    long? ReplayedMessages,
    long? LagEntries,
    bool Verified,
    bool FailedOver,
    IReadOnlyList<string>? Leftovers,
    int Priority = 0,
    QueueView? Queue = null,
    double? WaitedMs = null,
    string? StrategyReason = null,
    string? Transfer = null,
    bool PostCopy = false,
    long? WireBytes = null)
{
    public const string Completed = "Completed";

    public bool IsCompleted => Phase == Completed;
}

/// <summary>The place of a migration that waits for its turn.</summary>
/// <param name="Position">1 is next.</param>
public sealed record QueueView(int Position, int Of, string WaitsFor);

/// <summary>Time spent in one phase; the last one may still run.</summary>
public sealed record PhaseView(string Name, double Ms);

/// <summary>One attempt of one step.</summary>
/// <param name="State">running, done or failed.</param>
public sealed record StepView(string Name, int Attempt, double Ms, string State);

namespace Ms2m.Contracts;

/// <summary>Engine to source instance: stop taking messages, finish the one in hand, return the rest, close the journal.</summary>
public sealed record QuiesceSource(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Source instance to engine: the journal is closed.</summary>
/// <param name="LastOrdinal">N: how many messages were applied since the journal was opened.</param>
/// <param name="ChainDigest">Over (ordinal, name, payload digest) of all of them, hexadecimal.</param>
/// <param name="StateDigest">Of the workload's state; absent where it computes none.</param>
public sealed record JournalClosed(
    Guid MigrationId, string Step, int Attempt, string InstanceId,
    long LastOrdinal, string ChainDigest, string? StateDigest) : IStepMessage;

/// <summary>Shadow to engine, when it has applied the last entry before the journal's close. Its step is
/// <see cref="StepNames.VerifyHandoff"/>.</summary>
public sealed record ReplayCaughtUp(
    Guid MigrationId, string Step, int Attempt, string InstanceId,
    long LastOrdinal, string ChainDigest, string? StateDigest) : IStepMessage;

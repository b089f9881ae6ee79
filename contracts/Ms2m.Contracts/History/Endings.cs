namespace Ms2m.Contracts;

/// <summary>The migration is given up; the source is the truth and everything else is being removed.</summary>
/// <param name="Cancelled">Whether somebody asked for it.</param>
public sealed record RollbackStarted(Guid MigrationId, Failure Reason, bool Cancelled) : IMigrationMessage;

/// <summary>A cancel that came too late, or to a migration already ending.</summary>
public sealed record CancelRefused(Guid MigrationId, Failure Reason) : IMigrationMessage;

/// <summary>The workload runs on the target; nothing of the migration is left.</summary>
/// <param name="Leftovers">Steps of the clean-up that did not succeed; empty when all did.</param>
public sealed record MigrationCompleted(Guid MigrationId, IReadOnlyList<string> Leftovers) : IMigrationMessage;

/// <summary>The workload runs on the source as before; nothing of the migration is left.</summary>
public sealed record MigrationRolledBack(
    Guid MigrationId, Failure Reason, IReadOnlyList<string> Leftovers) : IMigrationMessage;

/// <summary>As <see cref="MigrationRolledBack"/>, because somebody asked for it.</summary>
public sealed record MigrationCancelled(Guid MigrationId, IReadOnlyList<string> Leftovers) : IMigrationMessage;

/// <summary>The migration ended and the workload's state could not be kept, or only where nobody serves from it.</summary>
/// <param name="Kept">Whether everything was left where it is on purpose, because some of it may be the last copy of the
/// state; then nobody may collect it.</param>
public sealed record MigrationFailed(
    Guid MigrationId, Failure Reason, IReadOnlyList<string> Leftovers, bool Kept = false) : IMigrationMessage;

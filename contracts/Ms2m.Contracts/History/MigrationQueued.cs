using System.Collections.Immutable;

namespace Ms2m.Contracts;

/// <summary>The migration waits for its turn, because its nodes or the cluster move as many workloads as they may.
/// Nothing is touched before <see cref="MigrationAdmitted"/>.</summary>
/// <param name="Deadline">When the waiting is given up.</param>
public sealed record MigrationQueued(Guid MigrationId, DateTimeOffset Deadline) : IMigrationMessage;

/// <summary>The engine to itself: the turn of a waiting migration may have come. A hint, that may be lost and may be
/// sent twice: the migration looks for itself.</summary>
public sealed record AdmitMigration(Guid MigrationId) : IMigrationMessage;

/// <summary>The waiting is over. Says anew what may have changed meanwhile: where the workload runs, and as what.</summary>
public sealed record MigrationAdmitted(
    Guid MigrationId,
    WorkloadSpec Spec,
    string SourceNode,
    string SourceInstance,
    long SourceEpoch,
    long SourceMemoryBytes) : IMigrationMessage
{
    /// <summary>As in <see cref="MigrationRequested"/>.</summary>
    public IReadOnlyDictionary<string, string> SourceVersions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>The deadline of the waiting has passed. Sent by a stored timer.</summary>
public sealed record QueueOverdue(Guid MigrationId) : IMigrationMessage;

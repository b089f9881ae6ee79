using System.Collections.Immutable;

namespace Ms2m.Contracts;

/// <summary>First event of an accepted migration: what is moved, from where, to where, and how. Its steps begin at once
/// unless <see cref="MigrationQueued"/> follows.</summary>
public sealed record MigrationRequested(
    Guid MigrationId,
    WorkloadSpec Spec,
    string SourceNode,
    string SourceInstance,
    long SourceEpoch,
    long SourceMemoryBytes,
    string TargetNode,
    string Strategy,
    CutoverPolicy Policy,
    string? RequestedBy,
    int Priority = 0) : IMigrationMessage
{
    /// <summary>How the checkpoint travels.</summary>
    public TransferOptions Transfer { get; init; } = new();

    /// <summary>As in <see cref="StartMigration"/>.</summary>
    public bool PostCopy { get; init; }

    /// <summary>Why this strategy, where the engine has chosen it; absent where it was asked for by name.</summary>
    public string? StrategyReason { get; init; }

    /// <summary>What the pre-checks said.</summary>
    public IReadOnlyList<PreCheckVerdict> Verdicts { get; init; } = [];

    /// <summary>Of worker, podman, runc, criu and kernel on the source node, as it last reported them; empty when unknown.</summary>
    public IReadOnlyDictionary<string, string> SourceVersions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>As <see cref="SourceVersions"/>, of the target node.</summary>
    public IReadOnlyDictionary<string, string> TargetVersions { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>First and last event of a request that was refused.</summary>
/// <param name="Workload">As asked for, shortened to 100 characters; absent when unreadable.</param>
/// <param name="TargetNode">As asked for, shortened to 100 characters; absent when unreadable.</param>
/// <param name="Body">The beginning of an unreadable request.</param>
public sealed record MigrationRejected(
    Guid MigrationId, string? Workload, string? TargetNode, Failure Reason, string? Body) : IMigrationMessage
{
    /// <summary>What the pre-checks said, where it came so far.</summary>
    public IReadOnlyList<PreCheckVerdict> Verdicts { get; init; } = [];
}

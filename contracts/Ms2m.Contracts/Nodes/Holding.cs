namespace Ms2m.Contracts;

/// <summary>Something that a migration has put on a node besides a container.</summary>
/// <param name="MigrationId">Of the migration; of the round, for a base that was sent to a standby node.</param>
/// <param name="Kind"><c>reservation</c>, <c>incoming-checkpoint</c>, <c>outgoing-checkpoint</c>, or <c>base</c>: memory
/// that is kept for a while, so that it need not travel again; it goes by itself.</param>
/// <param name="Bytes">What it takes of the memory or disk where checkpoints rest.</param>
public sealed record Holding(Guid MigrationId, string Kind, long Bytes)
{
    /// <summary>The kind of a checkpoint that is kept on purpose after its migration, for the way back. The node itself lets it
    /// go, by rules of its own: it is nobody's garbage.</summary>
    public const string Base = "base";

    /// <summary>Of a base; absent for other kinds, and where the worker is older than it.</summary>
    public string? Workload { get; init; }

    /// <summary>Of a base that was sent here because this is the workload's standby node, and that is whole: since when it is
    /// here, by the node's clock.</summary>
    public DateTimeOffset? StandbySince { get; init; }
}

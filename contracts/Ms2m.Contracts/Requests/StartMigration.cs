namespace Ms2m.Contracts;

/// <summary>Asks for a workload to be moved. Any AMQP client publishes it as plain JSON to the exchange
/// <see cref="Names.StartMigration"/>. Repeating a message with the same <paramref name="MigrationId"/> changes nothing.</summary>
/// <param name="MigrationId">Given by the client, or made by the engine when absent.</param>
/// <param name="Workload">Name of a running workload.</param>
/// <param name="TargetNode">Name of the node to move it to.</param>
/// <param name="Strategy">How to move it: one of docs/strategies.md, or <c>auto</c>, which is what an absent one means.</param>
/// <param name="Policy">Limits of the cutover; defaults when absent.</param>
/// <param name="RequestedBy">Who asks, for the record; free text of at most 200 characters.</param>
/// <param name="Priority">From -10 to 10; 0 when absent. Matters only where migrations wait for their turn.</param>
public sealed record StartMigration(
    Guid MigrationId,
    string Workload,
    string TargetNode,
    string Strategy = "auto",
    CutoverPolicy? Policy = null,
    string? RequestedBy = null,
    int Priority = 0) : IMigrationMessage
{
    /// <summary>How the checkpoint travels; defaults when absent.</summary>
    public TransferOptions? Transfer { get; init; }

    /// <summary>Let the workload run on the target before its memory is there, and bring the pages as they are asked for.
    /// No version has it yet: it is refused.</summary>
    public bool PostCopy { get; init; }
}

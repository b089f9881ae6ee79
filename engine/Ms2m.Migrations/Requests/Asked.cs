using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>A request together with what the engine knows of the cluster at that moment.</summary>
/// <param name="Start">As received.</param>
/// <param name="Nodes">The newest report of every node.</param>
/// <param name="ClaimedBy">The migration that is moving the workload; the asking one itself when nobody else is.</param>
/// <param name="Line">Who runs and who waits.</param>
public sealed record Asked(
    StartMigration Start, ImmutableArray<NodeReported> Nodes, Guid ClaimedBy, Line Line) : IMigrationMessage
{
    public Guid MigrationId => Start.MigrationId;
}

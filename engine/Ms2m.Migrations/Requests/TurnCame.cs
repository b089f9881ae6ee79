using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>A waiting migration's turn may have come: what the engine knows of the cluster and of the others now.</summary>
public sealed record TurnCame(Guid MigrationId, ImmutableArray<NodeReported> Nodes, Line Line) : IMigrationMessage
{
    /// <summary>The request as it would be made now. The workload is claimed since the first time.</summary>
    internal Asked Again(MigrationRequested first) => new(
        new StartMigration(
            MigrationId, first.Spec.Name, first.TargetNode, first.Strategy, first.Policy, first.RequestedBy, first.Priority)
        {
            Transfer = first.Transfer,
            PostCopy = first.PostCopy,
        },
        Nodes, MigrationId, Line);
}

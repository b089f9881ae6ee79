using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>A deadline that has passed, together with what the engine knows at that moment.</summary>
/// <param name="Timer">As set.</param>
/// <param name="SourceNodeDown">Whether the source's node has stopped reporting.</param>
public sealed record Overdue(StepOverdue Timer, bool SourceNodeDown) : IMigrationMessage
{
    public Guid MigrationId => Timer.MigrationId;
}

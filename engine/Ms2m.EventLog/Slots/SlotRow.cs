namespace Ms2m.EventLog.Slots;

/// <summary>A migration that runs or waits.</summary>
/// <param name="StartedAt">Absent while it waits.</param>
public sealed record SlotRow(
    Guid MigrationId, string SourceNode, string TargetNode, int Priority, DateTimeOffset RequestedAt, DateTimeOffset? StartedAt);

namespace Ms2m.Contracts;

/// <summary>Engine to a worker: remove an instance and everything the migration put on this node: container, instance
/// file, archive, reservation. Harmless when some or all of it is gone already.</summary>
public sealed record RemoveInstance(
    Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Worker to engine: nothing of the instance or of the migration is left on the node.</summary>
public sealed record InstanceRemoved(
    Guid MigrationId, string Step, int Attempt, string Node, string InstanceId) : IStepMessage;

namespace Ms2m.Contracts;

/// <summary>Engine to source worker: let the instance stand still, cut off from a network of its own.</summary>
public sealed record FreezeInstance(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Source worker to engine: it stands still.</summary>
public sealed record InstanceFrozen(Guid MigrationId, string Step, int Attempt, string Node, string InstanceId) : IStepMessage;

/// <summary>Engine to source worker, when rolling back: put it back on its network and let it run. Harmless when it runs.</summary>
public sealed record ThawInstance(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Source worker to engine: the instance runs, on its network.</summary>
public sealed record InstanceThawed(Guid MigrationId, string Step, int Attempt, string Node, string InstanceId) : IStepMessage;

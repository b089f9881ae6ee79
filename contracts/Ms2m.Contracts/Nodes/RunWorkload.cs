namespace Ms2m.Contracts;

/// <summary>Tells a node worker to run a workload from its image. Harmless when the instance runs already. The answer
/// is <see cref="WorkloadStarted"/> or <see cref="NodeCommandRefused"/>.</summary>
public sealed record RunWorkload(Guid RequestId, string InstanceId, WorkloadSpec Spec);

/// <summary>Tells a node worker to stop and remove an instance outside a migration. The answer is
/// <see cref="WorkloadStopped"/> or <see cref="NodeCommandRefused"/>.</summary>
public sealed record StopWorkload(Guid RequestId, string InstanceId);

/// <summary>The instance runs.</summary>
public sealed record WorkloadStarted(Guid RequestId, string InstanceId, string Node);

/// <summary>The instance is gone, or was never there.</summary>
public sealed record WorkloadStopped(Guid RequestId, string InstanceId, string Node);

/// <summary>A node worker could not or would not do what it was told outside a migration.</summary>
public sealed record NodeCommandRefused(Guid RequestId, string InstanceId, string Node, Failure Reason);

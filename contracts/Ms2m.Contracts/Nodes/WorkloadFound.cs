namespace Ms2m.Contracts;

/// <summary>Node worker to engine: a container of a workload has been started by somebody else and waits to be let in; it has no
/// instance file yet, so it touches no queue. Said again with every report until it is let in (by <see cref="RunWorkload"/>
/// with the same instance id) or gone.</summary>
/// <param name="InstanceId">The one it will be, should it be let in.</param>
public sealed record WorkloadFound(string Node, string InstanceId, WorkloadSpec Spec);

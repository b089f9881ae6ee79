namespace Ms2m.Contracts;

/// <summary>Engine to target worker: run the workload from its image, as its active instance. Harmless when it runs
/// already.</summary>
/// <param name="Epoch">Of the new instance.</param>
public sealed record StartInstance(
    Guid MigrationId, string Step, int Attempt, string InstanceId, WorkloadSpec Spec, long Epoch) : IStepMessage;

/// <summary>Target worker to engine: its process runs.</summary>
/// <param name="StartMs">From the command's arrival until it ran.</param>
public sealed record InstanceStarted(
    Guid MigrationId, string Step, int Attempt, string Node, string InstanceId, double StartMs) : IStepMessage;

namespace Ms2m.Contracts;

/// <summary>Engine to target worker, after the commit point: write role active and the new epoch into the instance
/// file, so that the instance knows it after its next reconnect too; an instance with an address of its own is put on its
/// network.</summary>
public sealed record ActivateInstance(
    Guid MigrationId, string Step, int Attempt, string InstanceId, long Epoch) : IStepMessage;

/// <summary>Target worker to engine: the instance file says active.</summary>
public sealed record InstanceActivated(
    Guid MigrationId, string Step, int Attempt, string Node, string InstanceId) : IStepMessage;

namespace Ms2m.Contracts;

/// <summary>Engine to itself: let an instance's pod be one of its owner's, in the place of the former one's.</summary>
/// <param name="InstanceId">Whose pod is to be adopted.</param>
/// <param name="FormerInstance">Whose pod goes instead; absent where it is gone already.</param>
public sealed record AdoptInstance(
    Guid MigrationId, string Step, int Attempt, string InstanceId, string? FormerInstance, WorkloadSpec Spec) : IStepMessage;

/// <summary>The instance's pod is its owner's, and the owner has as many as it wants.</summary>
public sealed record InstanceAdopted(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

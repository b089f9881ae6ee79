namespace Ms2m.Contracts;

/// <summary>Engine to itself: can the owner of the source's pod be dealt with? Touches nothing.</summary>
public sealed record CheckOwner(Guid MigrationId, string Step, int Attempt, string InstanceId, WorkloadSpec Spec) : IStepMessage;

/// <summary>It can.</summary>
public sealed record OwnerChecked(Guid MigrationId, string Step, int Attempt) : IStepMessage;

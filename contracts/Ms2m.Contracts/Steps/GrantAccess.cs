namespace Ms2m.Contracts;

/// <summary>Engine to itself: make the shadow's broker user, and let the source write this migration's journal. The worker
/// of the shadow's node computes the same password, so none travels.</summary>
/// <param name="Spec">The workload that both instances are of.</param>
public sealed record GrantAccess(
    Guid MigrationId, string Step, int Attempt,
    string SourceInstance, string SourceNode, string ShadowInstance, string ShadowNode, WorkloadSpec Spec) : IStepMessage;

/// <summary>Source and shadow may do at the broker what the migration needs.</summary>
public sealed record AccessGranted(Guid MigrationId, string Step, int Attempt) : IStepMessage;

/// <summary>Engine to itself, when rolling back: remove the shadow's broker user.</summary>
/// <param name="InstanceId">The shadow.</param>
public sealed record RevokeShadow(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>The shadow has no connection to the broker and will not get one.</summary>
public sealed record ShadowRevoked(Guid MigrationId, string Step, int Attempt) : IStepMessage;

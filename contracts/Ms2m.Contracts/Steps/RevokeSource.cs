namespace Ms2m.Contracts;

/// <summary>Engine to itself, when the source is taken for lost, and when the shadow has taken over: make certain that it can neither take, acknowledge nor
/// send anything any more, whatever it does when it comes back.</summary>
/// <param name="InstanceId">The source.</param>
public sealed record RevokeSource(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>The source has no connection to the broker and will not get one.</summary>
public sealed record SourceRevoked(Guid MigrationId, string Step, int Attempt) : IStepMessage;

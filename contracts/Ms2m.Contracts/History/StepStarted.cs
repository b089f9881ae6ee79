namespace Ms2m.Contracts;

/// <summary>A step's command has been stored for sending, or the engine waits for the step's event.</summary>
public sealed record StepStarted(Guid MigrationId, string Step, int Attempt, DateTimeOffset Deadline) : IStepMessage;

/// <summary>A step's deadline has passed. Sent by a stored timer.</summary>
public sealed record StepOverdue(Guid MigrationId, string Step, int Attempt) : IStepMessage;

/// <summary>No attempt of a clean-up step succeeded; the migration ends without it and names it as a leftover.</summary>
public sealed record StepGivenUp(Guid MigrationId, string Step, int Attempt) : IStepMessage;

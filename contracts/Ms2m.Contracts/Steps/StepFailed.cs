namespace Ms2m.Contracts;

/// <summary>Whoever had the step to the engine: it did not work.</summary>
/// <param name="Node">Where it was tried; <c>engine</c> for the engine's own work.</param>
/// <param name="Reason">Why, and what to do.</param>
/// <param name="Retryable">Whether another attempt may help.</param>
public sealed record StepFailed(
    Guid MigrationId, string Step, int Attempt, string Node, Failure Reason, bool Retryable) : IStepMessage;

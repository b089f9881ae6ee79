namespace Ms2m.Contracts;

/// <summary>A request that could not be read, on its way to the log: the engine's ingress sends it to the saga, so that
/// even an unreadable request leaves a stream with the reason in it.</summary>
/// <param name="Body">The first 2,000 characters of what was received.</param>
public sealed record RefuseMigration(Guid MigrationId, Failure Reason, string Body) : IMigrationMessage;

namespace Ms2m.Contracts;

/// <summary>Worker to engine: the container of an instance that takes part in a migration has exited, and nobody had
/// asked for that.</summary>
/// <param name="ExitCode">Of its first process; absent when the runtime does not know it.</param>
public sealed record InstanceExited(Guid MigrationId, string InstanceId, string Node, int? ExitCode) : IMigrationMessage;

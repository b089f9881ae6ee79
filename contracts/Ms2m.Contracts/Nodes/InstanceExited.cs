namespace Ms2m.Contracts;

/// <summary>Node worker to engine, for every migration under way on its node that the instance takes part in: the
/// instance's container has ended, and no step of a migration ended it. May come more than once for the same.</summary>
/// <param name="ExitCode">137 after SIGKILL; absent when the container is gone altogether.</param>
public sealed record InstanceExited(Guid MigrationId, string InstanceId, string Node, int? ExitCode) : IMigrationMessage;

namespace Ms2m.Contracts;

/// <summary>Shadow to engine: restored, knows what it is, and reads R and J.</summary>
/// <param name="Position">The ordinal up to which its memory had applied the source's messages.</param>
public sealed record ShadowAttached(Guid MigrationId, string InstanceId, long Position) : IMigrationMessage;

/// <summary>Shadow to engine, every 50 ms at first: how far the replay is. Rates follow from two reports.</summary>
/// <param name="Position">Ordinal of the last message applied.</param>
/// <param name="LagEntries">Journal entries not applied yet.</param>
/// <param name="ServiceMs">Mean time to apply one message, over the last ones replayed; 0 before the first.</param>
/// <param name="ElapsedMs">Since <see cref="ShadowAttached"/>, on the shadow's monotonic clock.</param>
public sealed record ReplayProgressed(
    Guid MigrationId, string InstanceId, long Position, long LagEntries, double ServiceMs, double ElapsedMs)
    : IMigrationMessage;

/// <summary>Workload instance to engine: the handoff cannot go on, for example because a named payload never came.</summary>
public sealed record HandoffBroken(Guid MigrationId, string InstanceId, Failure Reason) : IMigrationMessage;

namespace Ms2m.Contracts;

/// <summary>Engine to source instance: open the journal at ordinal 0 and journal every applied message with its payload.</summary>
/// <param name="InstanceId">The source instance.</param>
/// <param name="JournalQueue">J; the source declares it, durable, expiring when unused for ten minutes.</param>
public sealed record PrepareSource(
    Guid MigrationId, string Step, int Attempt, string InstanceId, string JournalQueue) : IStepMessage;

/// <summary>Source instance to engine: everything applied from now on will be in the journal.</summary>
public sealed record SourcePrepared(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Source instance to engine: the fence has come; entries carry names only from after this ordinal on.</summary>
public sealed record FenceReached(Guid MigrationId, string InstanceId, long Ordinal) : IMigrationMessage;

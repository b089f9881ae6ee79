namespace Ms2m.Contracts;

/// <summary>Engine to shadow, after the commit point is stored: become the active instance, consume Q, send effects.</summary>
/// <param name="Epoch">One more than the source's.</param>
public sealed record PromoteShadow(
    Guid MigrationId, string Step, int Attempt, string InstanceId, long Epoch) : IStepMessage;

/// <summary>The promoted instance to engine: it consumes Q.</summary>
/// <param name="Replayed">How many messages it replayed from the journal.</param>
public sealed record ShadowPromoted(
    Guid MigrationId, string Step, int Attempt, string InstanceId, long Epoch, long Replayed) : IStepMessage;

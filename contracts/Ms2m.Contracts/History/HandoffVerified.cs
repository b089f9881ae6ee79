namespace Ms2m.Contracts;

/// <summary>Source and shadow agree on position, chain and state.</summary>
public sealed record HandoffVerified(
    Guid MigrationId, long LastOrdinal, string ChainDigest, string? StateDigest) : IMigrationMessage;

/// <summary>The commit point: from here on the shadow is the truth and there is no way back.</summary>
public sealed record PromotionCommitted(Guid MigrationId, long Epoch) : IMigrationMessage;

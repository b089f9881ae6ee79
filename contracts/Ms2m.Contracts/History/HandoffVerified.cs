namespace Ms2m.Contracts;

/// <summary>Source and shadow agree on position, chain and state.</summary>
public sealed record HandoffVerified(
    Guid MigrationId, long LastOrdinal, string ChainDigest, string? StateDigest) : IMigrationMessage;

/// <summary>The copy is made of every byte of the source's memory, and the source has stood still since: they are the same.</summary>
/// <param name="Digest">Of the checkpoint, as both sides computed it.</param>
public sealed record CopyVerified(Guid MigrationId, string Digest) : IMigrationMessage
{
    /// <summary>Whether most of the memory was not there yet and stood still at the source, so that this says nothing of it.</summary>
    public bool RestAtSource { get; init; }
}

/// <summary>The strategy carries no state, and nothing of it is proven: the new instance has begun with its image's.</summary>
public sealed record StateLeftBehind(Guid MigrationId) : IMigrationMessage;

/// <summary>The commit point: from here on the shadow is the truth and there is no way back.</summary>
public sealed record PromotionCommitted(Guid MigrationId, long Epoch) : IMigrationMessage;

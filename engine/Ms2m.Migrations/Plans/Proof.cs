using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What a strategy must show before its commit point, asked once all its steps are done.</summary>
public delegate Proven Proof(Facts facts);

/// <summary>The event that records what was shown, or why it was not; never both, never neither.</summary>
public sealed record Proven(IMigrationMessage? By, Failure? Against);

/// <summary>The proofs there are.</summary>
public static class Proofs
{
    /// <summary>Source and copy have said the same position, chain and state.</summary>
    public static Proven SameHistory(Facts facts) => facts switch
    {
        not { Closed: not null, CaughtUp: not null } => new(null, Failures.NotVerified),
        { Closed: var closed, CaughtUp: var caughtUp } when Migration.Agree(closed, caughtUp) =>
            new(new HandoffVerified(facts.Id, closed.LastOrdinal, closed.ChainDigest, closed.StateDigest), null),
        { Closed: var closed, CaughtUp: var caughtUp } => new(null, Failures.HandoffDiffers(closed, caughtUp)),
    };

    /// <summary>The source has stood still since its memory was taken, every byte of it arrived, and the copy was restored
    /// from nothing else: the steps show it, and the digest names it.</summary>
    public static Proven SameMemory(Facts facts) => facts.Digest is { } digest
        ? new(new CopyVerified(facts.Id, digest), null)
        : new(null, Failures.NotVerified);

    /// <summary>The same of what has arrived. The rest stands still at the source, where nobody but the copy has a use for it:
    /// what it is cannot be compared before it is there, so the log says that it is not.</summary>
    public static Proven MemoryAtHand(Facts facts) => facts.Digest is { } digest
        ? new(new CopyVerified(facts.Id, digest) { RestAtSource = true }, null)
        : new(null, Failures.NotVerified);

    /// <summary>No state is carried, and the log says so.</summary>
    public static Proven NoState(Facts facts) => new(new StateLeftBehind(facts.Id), null);
}

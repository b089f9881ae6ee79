using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What of a request decides which steps its strategy has.</summary>
/// <param name="HasQueue">Whether the workload has a queue, and so a user at the broker.</param>
/// <param name="PreCopies">Whether memory or volumes travel before the checkpoint that counts.</param>
/// <param name="PostCopies">Whether memory travels after the commit point.</param>
/// <param name="Owner">Who owns its pod; null where it is none.</param>
public readonly record struct Shape(bool HasQueue, bool PreCopies, bool PostCopies, PodOwner? Owner = null)
{
    private static readonly PodOwner?[] _owners = [null, .. Enum.GetValues<PodOwner>()];

    private static readonly bool[] _either = [false, true];

    public static Shape Of(WorkloadSpec spec, TransferOptions transfer, bool postCopy) => new(
        spec.Queue is not null,
        transfer.Mode == TransferMode.Delta
            // An image in a registry holds the volumes, and nothing can go ahead of it.
            || (spec.Volumes is { Count: > 0 } && transfer.Mode != TransferMode.Registry),
        postCopy,
        spec.Pod?.Owner);

    /// <summary>Whether its owner knows its pod by its name, so that the copy needs the name before it can be.</summary>
    public bool FreesName => Owner == PodOwner.StatefulSet;

    public static Shape[] All { get; } =
        [.. from queue in _either from ahead in _either from behind in _either from owner in _owners
            select new Shape(queue, ahead, behind, owner)];
}

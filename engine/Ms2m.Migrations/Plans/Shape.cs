using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What of a request decides which steps its strategy has.</summary>
/// <param name="HasQueue">Whether the workload has a queue, and so a user at the broker.</param>
/// <param name="PreCopies">Whether memory or volumes travel before the checkpoint that counts.</param>
/// <param name="PostCopies">Whether memory travels after the commit point.</param>
public readonly record struct Shape(bool HasQueue, bool PreCopies, bool PostCopies)
{
    private static readonly bool[] _either = [false, true];

    public static Shape Of(WorkloadSpec spec, TransferOptions transfer, bool postCopy) => new(
        spec.Queue is not null,
        transfer.Mode == TransferMode.Delta
            // An image in a registry holds the volumes, and nothing can go ahead of it.
            || (spec.Volumes is { Count: > 0 } && transfer.Mode != TransferMode.Registry),
        postCopy);

    public static Shape[] All { get; } =
        [.. from queue in _either from ahead in _either from behind in _either select new Shape(queue, ahead, behind)];
}

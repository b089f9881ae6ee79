using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What of a request decides which steps its strategy has.</summary>
/// <param name="HasQueue">Whether the workload has a queue, and so a user at the broker.</param>
/// <param name="PreCopies">Whether memory travels before the checkpoint that counts.</param>
public readonly record struct Shape(bool HasQueue, bool PreCopies)
{
    public static Shape Of(WorkloadSpec spec, TransferOptions transfer) => new(
        spec.Queue is not null, transfer.Mode == TransferMode.Delta);

    public static Shape[] All { get; } = [new(false, false), new(false, true), new(true, false), new(true, true)];
}

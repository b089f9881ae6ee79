using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Move a process that knows nothing of us with its open connections: it stands still, its memory goes over, and
/// its address with it. The source stays as it was until the target has all of it.</summary>
public static class LivePlan
{
    // Without it the copy hears and says nothing.
    private static readonly ForwardStep _connect = TargetSteps.Activate with { Essential = true };

    public static Plan For(Shape shape) => shape.PostCopies ? Lazily(Whole(shape)) : Whole(shape);

    /// <summary>The copy serves before it has all of its memory, and needs the source until it has.</summary>
    private static Plan Lazily(Plan whole) => whole with
    {
        Proof = Proofs.MemoryAtHand,
        After = [[_connect], [TargetSteps.CollectPages], [SourceSteps.Remove]],
        Failover = [],
        CopyNeedsSource = true,
    };

    private static Plan Whole(Shape shape) => new(
        "live",
        Before:
        [
            [TargetSteps.Reserve],
            .. SourceSteps.Ahead(shape),
            [SourceSteps.CheckpointConnected],
            [SourceSteps.Send],
            [TargetSteps.RestoreConnected],
        ],
        Proofs.SameMemory,
        After:
        [
            [_connect],
            [SourceSteps.Remove],
        ],
        ServesWith: StepNames.ActivateInstance,
        // It stood still and was cut off from its network since its memory was taken: there is nothing to shut out.
        Failover:
        [
            [SourceSteps.Send],
            [TargetSteps.RestoreConnected],
        ],
        CopyStaysRight: false);
}

using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Move a process that knows nothing of us with its open connections: it stands still, its memory goes over, and
/// its address with it. The source stays as it was until the target has all of it.</summary>
public static class LivePlan
{
    // Without it the copy hears and says nothing.
    private static readonly ForwardStep _connect = TargetSteps.Activate with { Essential = true };

    public static Plan For(Shape shape) => new(
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

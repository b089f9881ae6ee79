using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>One after the other, for a workload of which there may never be two: the source returns what it has not
/// begun, says its last word and stands still; the copy begins where it stood. Messages wait in Q meanwhile.</summary>
public static class SequentialPlan
{
    private static readonly ReversibleStep _verify = new(
        StepNames.VerifyHandoff, Phase.Finalizing, new(20, 1), Command: null);

    public static Plan For(Shape shape) => new(
        "sequential",
        Before:
        [
            [TargetSteps.Reserve, BrokerSteps.Grant, .. PodSteps.Check(shape)],
            .. SourceSteps.Ahead(shape),
            [SourceSteps.Prepare, BrokerSteps.OpenEmptyReplay],
            [SourceSteps.QuiesceFirst],
            // The kubelet would take a pod that is frozen for dead, and it could not end when its name is wanted. That the source
            // has said its last word and is not asked again is enough: its memory cannot change what was compared.
            [shape.Owner is null ? SourceSteps.CheckpointQuiesced : SourceSteps.CheckpointOfPod],
            [SourceSteps.Send],
            .. PodSteps.Release(shape),
            [TargetSteps.Restore],
            // The copy's first look into J finds the source's last word there.
            [TargetSteps.Attach, _verify],
        ],
        Proofs.SameHistory,
        After: TakeOver.OfQueue(shape),
        ServesWith: StepNames.PromoteShadow,
        // It had said its last word before it was copied, so the same is proven without it.
        Failover:
        [
            [SourceSteps.Send],
            .. PodSteps.Release(shape),
            [TargetSteps.Restore],
            [TargetSteps.Attach, _verify],
            [BrokerSteps.RevokeLostSource],
        ]);
}

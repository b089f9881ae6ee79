using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Restore a copy beside the running source, let it follow the source's journal, hand over at a position.
/// docs/handoff.md explains why each step is where it is.</summary>
public static class ShadowPlan
{
    private static readonly ReversibleStep _follow = new(
        StepNames.FollowReplay, Phase.Replaying, new(WholeReplay, 1), Command: null);

    // It fails for the source's silence too, should its deadline come before the last one of the other.
    private static readonly ReversibleStep _verify = new(
        StepNames.VerifyHandoff, Phase.Finalizing, new(Drain, 1), Command: null, SilenceMeansLost: true);

    public static Plan For(Shape shape) => new(
        "shadow",
        Before:
        [
            [TargetSteps.Reserve, BrokerSteps.Grant, .. PodSteps.Check(shape)],
            .. SourceSteps.Ahead(shape),
            [SourceSteps.Prepare],
            [SourceSteps.Checkpoint, BrokerSteps.OpenReplay],
            [SourceSteps.Send],
            [TargetSteps.Restore],
            [TargetSteps.Attach],
            [_follow],
            [SourceSteps.Quiesce, _verify],
        ],
        Proofs.SameHistory,
        After: TakeOver.OfQueue(shape),
        ServesWith: StepNames.PromoteShadow,
        Failover:
        [
            [BrokerSteps.OpenReplay, SourceSteps.Send],
            [TargetSteps.Restore],
            [TargetSteps.Attach],
            [BrokerSteps.RevokeLostSource],
        ]);

    private static TimeSpan WholeReplay(Facts facts) =>
        TimeSpan.FromMilliseconds(facts.Request.Policy.MaxReplayMs) + TimeSpan.FromSeconds(30);

    private static TimeSpan Drain(Facts facts) =>
        TimeSpan.FromSeconds(30) + TimeSpan.FromMilliseconds(3 * facts.PredictedInterruptionMs);
}

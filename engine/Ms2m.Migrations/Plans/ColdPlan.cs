using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Stop it here and start it there from its image, without its state: what every other strategy is compared
/// with, and right for a workload that has none. The source only stands still until the other runs.</summary>
public static class ColdPlan
{
    public static Plan For(Shape shape)
    {
        ImmutableArray<ReversibleStep> grant = shape.HasQueue ? [BrokerSteps.Grant] : [];
        ImmutableArray<ForwardStep> revoke = shape.HasQueue ? [BrokerSteps.RevokeSource] : [];
        ImmutableArray<ImmutableArray<ForwardStep>> close = shape.HasQueue ? [[BrokerSteps.CloseReplay]] : [];
        return new(
            "cold",
            Before:
            [
                [TargetSteps.Reserve, .. grant, .. PodSteps.Check(shape)],
                [SourceSteps.Freeze],
                [TargetSteps.Start],
            ],
            Proofs.NoState,
            After:
            [
                .. TakeOver.Leaving(revoke, shape),
                .. close,
            ],
            ServesWith: StepNames.StartTarget,
            Failover: []);
    }
}

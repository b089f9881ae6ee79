using System.Collections.Immutable;

namespace Ms2m.Migrations.Plans;

/// <summary>What follows the commit point where a copy takes over a queue, however it was made.</summary>
public static class TakeOver
{
    public static ImmutableArray<ImmutableArray<ForwardStep>> OfQueue { get; } =
    [
        [TargetSteps.Promote, TargetSteps.Activate],
        // A source whose node does not answer is shut out all the same.
        [BrokerSteps.RevokeSource, SourceSteps.Remove],
        [BrokerSteps.CloseReplay],
    ];
}

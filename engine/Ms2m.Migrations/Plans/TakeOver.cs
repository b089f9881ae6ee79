using System.Collections.Immutable;

namespace Ms2m.Migrations.Plans;

/// <summary>What follows the commit point where a copy takes over a queue, however it was made.</summary>
public static class TakeOver
{
    public static ImmutableArray<ImmutableArray<ForwardStep>> OfQueue(Shape shape) =>
    [
        [TargetSteps.Promote, TargetSteps.Activate],
        // A source whose node does not answer is shut out all the same.
        .. Leaving([BrokerSteps.RevokeSource], shape),
        [BrokerSteps.CloseReplay],
    ];

    /// <summary>The source is shut out and removed; where somebody else owns it, once they have the copy in its place.</summary>
    public static ImmutableArray<ImmutableArray<ForwardStep>> Leaving(ImmutableArray<ForwardStep> revoke, Shape shape) =>
        shape.Owner is null
            ? [[.. revoke, SourceSteps.Remove]]
            : [.. revoke.IsEmpty ? ImmutableArray<ImmutableArray<ForwardStep>>.Empty : [revoke], .. PodSteps.Adopt(shape), [SourceSteps.Remove]];
}

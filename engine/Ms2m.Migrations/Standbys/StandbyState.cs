using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>What a standby node knows of a workload's memory.</summary>
/// <param name="AgeMs">Since it was sent; absent where nothing is there.</param>
/// <param name="Bytes">What it takes there.</param>
/// <param name="SentBytes">Of the newest round that got there: what went over.</param>
/// <param name="Problem">Why the newest round did not get there.</param>
public sealed record StandbyState(
    string Node, int EverySeconds, double? AgeMs, long? Bytes, long? SentBytes, Failure? Problem)
{
    /// <summary>One for each standby node that an instance asks for, but for its own.</summary>
    public static ImmutableArray<StandbyState> Of(
        IReadOnlyCollection<NodeReported> nodes, NodeReported host, InstanceReported instance, DateTimeOffset now)
    {
        if (instance is not { Role: InstanceRole.Active, Spec.Traits.Standby: { Nodes: not null } standby } || !standby.IsValid())
        {
            return [];
        }

        return
        [
            .. from name in standby.Nodes.Distinct()
               where name != host.Node
               let target = nodes.FirstOrDefault(node => node.Node == name)
               let held = target?.UsableHoldings().FirstOrDefault(one => one.Workload == instance.Spec.Name && one.StandbySince is not null)
               let round = instance.UsableRounds().FirstOrDefault(one => one.Node == name)
               select new StandbyState(
                   name, standby.EverySeconds,
                   held?.StandbySince is { } since ? StandbyRounds.AgeOf(since, target, now).TotalMilliseconds : null,
                   held?.Bytes, round is { EndedAt: not null, Problem: null } ? round.WireBytes : null, round?.Problem),
        ];
    }
}

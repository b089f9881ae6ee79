using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>When memory is sent in advance to the nodes that workloads name, and when what they have may go. All of it is
/// for speed only: a round that is left out, lost or repeated costs bytes, and no migration ever waits for one.</summary>
public static class StandbyRounds
{
    /// <summary>What came to nothing, or was ordered and never heard of, is tried again then, where the next would come later.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(1);

    /// <param name="nodes">The newest report of every node, dated by when it was received.</param>
    /// <param name="line">Rounds stay away from nodes on which a migration is under way.</param>
    /// <param name="ordered">When rounds were last ordered, by workload and standby node: reports tell of them later.</param>
    public static ImmutableArray<DueRound> Due(
        IReadOnlyCollection<NodeReported> nodes, Line line,
        IReadOnlyDictionary<(string Workload, string Node), DateTimeOffset> ordered, DateTimeOffset now)
    {
        var free = nodes
            .Where(node => RequestCheck.Silence(node, now) is null
                && !line.Running.Any(place => place.SourceNode == node.Node || place.TargetNode == node.Node))
            .ToImmutableDictionary(node => node.Node);
        return
        [
            .. from source in free.Values
               from instance in source.UsableInstances()
               where instance is { Role: InstanceRole.Active, State: "running" }
               let standby = instance.Spec.Traits?.Standby
               where standby?.IsValid() == true && IsAlone(nodes, instance)
               from name in standby.Nodes.Distinct()
               where name != source.Node
               let target = free.GetValueOrDefault(name)
               where target is { Address: not null } && Keeps(target)
               let every = TimeSpan.FromSeconds(standby.EverySeconds)
               where !IsFresh(target, instance.Spec.Name, every, now)
                   && !IsUnderWay(source, instance, name, every, now)
                   && !(ordered.TryGetValue((instance.Spec.Name, name), out var last) && now - last < Sooner(every))
               select new DueRound(
                   instance.Spec.Name, instance.InstanceId, source.Node, name, target.Address,
                   MaxBytes(instance.MemoryBytes), standby.EverySeconds),
        ];
    }

    /// <summary>What standby nodes have of workloads that are there no more, that are on that node itself, or that do not name
    /// it. A silent node's last word counts: its workload may run on.</summary>
    public static ImmutableArray<(string Node, string Workload)> NoLongerWanted(IReadOnlyCollection<NodeReported> nodes, DateTimeOffset now) =>
    [
        .. from node in nodes
           where RequestCheck.Silence(node, now) is null
           from workload in node.UsableHoldings().Where(held => held.StandbySince is not null).Select(held => held.Workload).Distinct()
           where workload is not null && !nodes.Any(other => other.Node != node.Node && other.UsableInstances().Any(one =>
               one.Spec.Name == workload && one.Spec.Traits?.Standby?.Nodes?.Contains(node.Node) == true))
           select (node.Node, workload),
    ];

    /// <summary>Of two that both claim to be it one may lie, to learn which pages the standby node has of the other.</summary>
    private static bool IsAlone(IEnumerable<NodeReported> nodes, InstanceReported instance) => nodes
        .SelectMany(node => node.UsableInstances())
        .Count(one => one.Spec.Name == instance.Spec.Name && one.Role == InstanceRole.Active) == 1;

    private static bool Keeps(NodeReported node) =>
        (node.Features ?? []).Any(feature => feature is { Name: Standby.Feature, Available: true });

    private static bool IsFresh(NodeReported target, string workload, TimeSpan every, DateTimeOffset now) =>
        target.UsableHoldings().Any(held =>
            held.Workload == workload && held.StandbySince is { } since && AgeOf(since, target, now) < every);

    /// <summary>Or was begun lately, and came to nothing.</summary>
    private static bool IsUnderWay(NodeReported source, InstanceReported instance, string node, TimeSpan every, DateTimeOffset now) =>
        instance.UsableRounds().Any(round => round.Node == node && (round.EndedAt is null
            || (round.Problem is { } problem && AgeOf(round.BegunAt, source, now) < (HasNoPlace(problem) ? every : Sooner(every)))));

    private static TimeSpan Sooner(TimeSpan every) => every < _again ? every : _again;

    /// <summary>That is found out when most of it has gone over, and seldom changes within minutes.</summary>
    private static bool HasNoPlace(Failure problem) => problem.Code is "MS2M-2303" or "MS2M-2501";

    // Spans have room for whatever two clocks can say, dates have not.
    internal static TimeSpan AgeOf(DateTimeOffset theirs, NodeReported node, DateTimeOffset now) =>
        now - theirs - TimeSpan.FromMilliseconds(node.ClockBehindMs ?? 0);

    /// <summary>As for a migration's checkpoint: it may grow.</summary>
    private static long MaxBytes(long memory) => (Math.Clamp(memory, 0, 1L << 48) * 3) + (256L << 20);
}

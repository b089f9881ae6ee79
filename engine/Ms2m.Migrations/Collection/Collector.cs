using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Tells what dead migrations have left, and what of it may go. The log decides, not the look of a thing: what
/// belongs to a migration that is under way, or that ended a moment ago, is nobody's garbage.</summary>
public static class Collector
{
    /// <summary>A migration's own clean-up, and a report older than it, may take so long to arrive.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static readonly string[] QueuePrefixes =
        [Names.ReplayQueue(Guid.Empty)[..^32], Names.JournalQueue(Guid.Empty)[..^32]];

    /// <param name="nodes">The newest report of every node.</param>
    /// <param name="queues">Names of all queues.</param>
    /// <param name="users">Names of all users of the broker.</param>
    /// <param name="known">What the log says, by migration.</param>
    /// <param name="now">The time of the look.</param>
    public static ImmutableArray<Garbage> Look(
        IEnumerable<NodeReported> nodes, IEnumerable<string> queues, IReadOnlyCollection<string> users,
        IReadOnlyDictionary<Guid, Past> known, DateTimeOffset now)
    {
        var dead = known.Values.Where(past => past.DeadInstance is not null && IsOver(past, now))
            .GroupBy(past => past.DeadInstance!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return
        [
            .. nodes.SelectMany(node => InContainers(node, dead).Concat(Held(node, known, now))),
            .. queues.SelectMany(queue => InBroker(queue, known, now)),
            .. dead.Where(one => users.Contains(Names.InstanceUser(one.Key))).Select(one => new Garbage(
                "broker", "user", one.Key, one.Value.MigrationId, 0, Removable: true, $"its migration ended as {one.Value.Outcome}")),
        ];
    }

    /// <summary>The migration whose replay queue or journal this is, if it is one.</summary>
    public static Guid? MigrationOfQueue(string queue) =>
        QueuePrefixes.FirstOrDefault(prefix => queue.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix
        && Guid.TryParseExact(queue[prefix.Length..], "N", out var id) ? id : null;

    private static IEnumerable<Garbage> InContainers(NodeReported node, Dictionary<string, Past> dead) =>
        from instance in node.Instances
        where dead.ContainsKey(instance.InstanceId)
        let past = dead[instance.InstanceId]
        select new Garbage(
            node.Node, "container", instance.InstanceId, past.MigrationId, instance.MemoryBytes, Removable: true,
            $"its migration ended as {past.Outcome}");

    private static IEnumerable<Garbage> Held(
        NodeReported node, IReadOnlyDictionary<Guid, Past> known, DateTimeOffset now) =>
        from holding in node.Holdings ?? []
        where holding.Kind != Holding.Base
        let verdict = Judge(holding.MigrationId, known, now)
        where verdict is not null
        select new Garbage(
            node.Node, holding.Kind, $"{holding.MigrationId:N}", holding.MigrationId, holding.Bytes,
            verdict.Value.Removable, verdict.Value.Why);

    private static IEnumerable<Garbage> InBroker(
        string queue, IReadOnlyDictionary<Guid, Past> known, DateTimeOffset now) =>
        MigrationOfQueue(queue) is { } id && Judge(id, known, now) is var (removable, why)
            ? [new Garbage("broker", "queue", queue, id, 0, removable, why)]
            : [];

    private static (bool Removable, string Why)? Judge(
        Guid id, IReadOnlyDictionary<Guid, Past> known, DateTimeOffset now) => known.GetValueOrDefault(id) switch
        {
            // Another engine's, with another log: not ours to judge.
            null => (false, "this log knows no such migration"),
            { Kept: true } => (false, "its migration failed and keeps it: it may be the last copy of the state, or be needed for it"),
            var past when IsOver(past, now) => (true, $"its migration ended as {past.Outcome}"),
            _ => null,
        };

    private static bool IsOver(Past past, DateTimeOffset now) => past.Outcome is not null && now - past.EndedAt >= Grace;
}

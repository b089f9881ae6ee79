using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using Ms2m.Migrations.Preflight;

namespace Ms2m.Migrations;

/// <summary>Whether a request can be begun, before anything is touched.</summary>
public static class RequestCheck
{
    /// <summary>Reports a node may miss before it counts as down.</summary>
    public const int MissedReports = 3;

    /// <summary>Priorities go from its negative to it.</summary>
    public const int MaxPriority = 10;

    private static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The first event of the migration's stream: accepted, or refused with the reason.</summary>
    public static IMigrationMessage Check(Asked asked, DateTimeOffset now)
    {
        var start = asked.Start;
        var found = Find(asked, now);
        if (found is not (null, { } source, { } target, { } instance))
        {
            return Refused(start, found.Refusal!);
        }

        var transfer = start.Transfer ?? new();
        var candidate = new Candidate(instance, source, target, transfer, start.PostCopy);
        var (strategy, reason, refusal) = StrategyChoice.Choose(start.Strategy, candidate);
        if (strategy is null)
        {
            return Refused(start, refusal!);
        }

        var verdicts = PreChecks.Judge(strategy, candidate);
        return PreChecks.RefusalIn(verdicts) is { } against
            ? Refused(start, against) with { Verdicts = verdicts }
            : new MigrationRequested(
                start.MigrationId, instance.Spec, source.Node, instance.InstanceId, instance.Epoch,
                instance.MemoryBytes, target.Node, strategy.Name, start.Policy ?? new(), Shorten(start.RequestedBy, 200),
                start.Priority)
            {
                Transfer = transfer,
                PostCopy = start.PostCopy,
                StrategyReason = reason,
                Verdicts = verdicts,
                SourceVersions = source.Versions ?? None,
                TargetVersions = target.Versions ?? None,
            };
    }

    private static MigrationRejected Refused(StartMigration start, Failure why) => new(
        start.MigrationId, Shorten(start.Workload), Shorten(start.TargetNode), why, Body: null);

    private static (Failure? Refusal, NodeReported? Source, NodeReported? Target, InstanceReported? Instance) Find(Asked asked, DateTimeOffset now)
    {
        var start = asked.Start;
        if (Malformed(start) is { } malformed)
        {
            return (malformed, null, null, null);
        }

        var target = asked.Nodes.FirstOrDefault(node => node.Node == start.TargetNode);
        var hosts = asked.Nodes
            .SelectMany(node => node.Instances.Select(instance => (node, instance)))
            .Where(host => host.instance.Spec.Name == start.Workload && host.instance.Role == InstanceRole.Active)
            .ToArray();
        var running = hosts.Where(host => host.instance.State == "running").ToArray();
        return (target, running) switch
        {
            // First: in the middle of a move there may be a moment in which nothing of it runs.
            _ when asked.ClaimedBy != start.MigrationId =>
                (Failures.AlreadyMigrating(start.Workload, asked.ClaimedBy), null, null, null),
            (_, []) => (Failures.UnknownWorkload(start.Workload), null, null, null),
            (null, _) => (Failures.UnknownNode(start.TargetNode), null, null, null),
            (_, { Length: > 1 }) => (Failures.SeveralActive(start.Workload), null, null, null),
            (_, [var (source, _)]) when source.Node == start.TargetNode =>
                (Failures.AlreadyThere(start.Workload, start.TargetNode), null, null, null),
            _ when Silence(target, now) is { } silence => (Failures.NodeDown(target.Node, silence), null, null, null),
            (_, [var (source, _)]) when Silence(source, now) is { } silence =>
                (Failures.NodeDown(source.Node, silence), null, null, null),
            (_, [var (source, instance)]) => (null, source, target, instance),
        };
    }

    private static Failure? Malformed(StartMigration start) => start switch
    {
        _ when !Names.IsValid(start.Workload) => Failures.BadName("workload"),
        _ when !Names.IsValid(start.TargetNode) => Failures.BadName("targetNode"),
        _ when start.Strategy != StrategyChoice.Auto && PlanCatalogue.Find(start.Strategy) is null =>
            Failures.UnknownStrategy(Shorten(start.Strategy) ?? "", [StrategyChoice.Auto, .. PlanCatalogue.Strategies.Select(one => one.Name)]),
        // A number stands for a word in JSON, also one that stands for none.
        { Transfer.Mode: var mode } when !Enum.IsDefined(mode) => Failures.BadTransfer("mode", string.Join(", ", Enum.GetNames<TransferMode>())),
        { Transfer.Compression: var how } when !Enum.IsDefined(how) =>
            Failures.BadTransfer("compression", string.Join(", ", Enum.GetNames<TransferCompression>())),
        { Transfer.MaxBytesPerSecond: < 10_000 or > 1L << 50 } => Failures.BadTransfer("maxBytesPerSecond", "10000 to 2^50"),
        { Transfer.MaxRounds: < 1 or > 100 } => Failures.BadTransfer("maxRounds", "1 to 100"),
        { Policy.MaxInterruptionMs: < 1 or > 3_600_000 } => Failures.BadPolicy("maxInterruptionMs", "1 to 3600000 ms"),
        { Policy.MaxReplayMs: < 1 or > 86_400_000 } => Failures.BadPolicy("maxReplayMs", "1 to 86400000 ms"),
        { Priority: < -MaxPriority or > MaxPriority } => Failures.BadPriority(MaxPriority),
        _ => null,
    };

    /// <summary>How long the node has been silent, if that is too long.</summary>
    public static TimeSpan? Silence(NodeReported node, DateTimeOffset now) =>
        now - node.At is var silence && silence > TimeSpan.FromMilliseconds((double)node.IntervalMs * MissedReports)
            ? silence
            : null;

    private static string? Shorten(string? text, int length = 100) =>
        text is null || text.Length <= length ? text : text[..length];
}

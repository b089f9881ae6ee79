using Ms2m.Checker;
using Ms2m.Cli.Api;
using Ms2m.Contracts;

namespace Ms2m.Eval.Bench;

/// <summary>How long many migrations waited for each other, as <c>--json</c> prints it. Times in milliseconds.</summary>
/// <param name="AllMs">From the first request to the last end.</param>
/// <param name="MostAtOnce">Migrations that had started and not ended at the same moment, in the order of the log.</param>
/// <param name="MostOutgoing">As many of them left one node.</param>
/// <param name="MostIncoming">As many of them came to one node.</param>
internal sealed record FairnessReport(
    int Migrations,
    int Completed,
    bool Succeeded,
    double AllMs,
    int MostAtOnce,
    int MostOutgoing,
    int MostIncoming,
    Statistics? WaitedMs,
    Statistics? RanMs,
    IReadOnlyList<FairMigration> Table)
{
    public static FairnessReport Of(
        IReadOnlyList<MigrationView> views,
        IReadOnlyDictionary<string, (long Published, WorkloadState State)> states,
        IReadOnlyList<LogEvent>[] logs)
    {
        FairMigration[] table = [.. views.Select(view => FairMigration.Of(view, states[view.Workload!]))];
        var running = RunningAfterEach(views, logs.SelectMany(log => log)).ToList();
        return new FairnessReport(
            table.Length,
            table.Count(one => one.Outcome == MigrationView.Completed),
            table.All(one => one.Outcome == MigrationView.Completed && one.Exact),
            views.Max(view => (view.RequestedAt - views[0].RequestedAt).TotalMilliseconds + view.TotalMs),
            running.Max(all => all.Count),
            running.Max(all => all.GroupBy(one => one.From).Select(node => node.Count()).DefaultIfEmpty().Max()),
            running.Max(all => all.GroupBy(one => one.To).Select(node => node.Count()).DefaultIfEmpty().Max()),
            Statistics.Of(table.Select(one => one.WaitedMs)),
            Statistics.Of(table.Select(one => one.TotalMs - one.WaitedMs)),
            table);
    }

    private static IEnumerable<IReadOnlyCollection<(string? From, string? To)>> RunningAfterEach(
        IReadOnlyList<MigrationView> views, IEnumerable<LogEvent> log)
    {
        var byId = views.ToDictionary(view => view.MigrationId);
        var all = log.OrderBy(one => one.Sequence).ToList();
        var queued = all.Where(one => one.Type == "migration_queued").Select(IdOf).ToHashSet();
        var running = new Dictionary<Guid, (string?, string?)>();
        foreach (var one in all)
        {
            var id = IdOf(one);
            if (one.Type == "migration_admitted" || (one.Type == "migration_requested" && !queued.Contains(id)))
            {
                running[id] = (byId[id].SourceNode, byId[id].TargetNode);
            }
            else if (one.Type is "migration_completed" or "migration_rolled_back" or "migration_failed"
                or "migration_cancelled" or "migration_rejected")
            {
                running.Remove(id);
            }

            yield return [.. running.Values];
        }
    }

    private static Guid IdOf(LogEvent one) => one.Data.GetProperty("migrationId").GetGuid();
}

/// <summary>One of them.</summary>
/// <param name="Exact">Whether the surviving state holds every message of its publisher once and in order.</param>
internal sealed record FairMigration(
    string? Workload, string? From, string? To, int Priority, string Outcome, Failure? Reason,
    double WaitedMs, double TotalMs, double? InterruptionMs, long Published, long Applied, bool Exact)
{
    public static FairMigration Of(MigrationView view, (long Published, WorkloadState State) end) => new(
        view.Workload, view.SourceNode, view.TargetNode, view.Priority, view.Phase, view.Reason,
        view.WaitedMs ?? 0, view.TotalMs, view.InterruptionMs, end.Published, end.State.Applied,
        end.State.Applied == end.Published && end.State is { Gaps: 0, Repeats: 0, Regressions: 0 });
}

using Ms2m.Cli.Api;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench;

/// <summary>Moves one loaded workload back and forth and judges the whole chain at the end.</summary>
internal static class MigrationBench
{
    /// <summary>Between two migrations: the receipts of one must not fall into the window of the next.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    public static async Task<int> Run(BenchOptions options, CancellationToken cancel)
    {
        if (options.Move.Strategy == "live")
        {
            throw new CannotMeasureException(
                "MS2M-EVAL-LIVE", "This benchmark moves the sample consumer, and live moves what knows nothing of us.",
                "Run: ./ms2m bench strategies --only live");
        }

        using var cluster = new Cluster();
        var progress = new Progress();
        await cluster.Ready([.. options.Nodes], cancel);
        await using var orders = await LoadedWorkload.Start(
            cluster.Lab, cluster.Engine, cluster.Broker, options.Nodes[0], options.Load, progress.Say, cancel);

        var measured = new List<MeasuredMigration>();
        for (var run = 1 - options.WarmupRuns; run <= options.Runs; run++)
        {
            await orders.Settle(cancel);
            var target = options.Nodes.First(node => node != orders.Node);
            var migration = await MigrationRecord.Make(cluster, OrdersWorkload.Name, target, options.Move, _ => { }, cancel);
            orders.Moved(migration.View);
            var gap = orders.Check.LongestGapMs(migration.RequestedAt, End(migration));
            progress.Say($"{(run < 1 ? "warm-up" : $"{run} of {options.Runs}")}: {MeasuredMigration.Line(migration, gap)}");
            if (run >= 1)
            {
                measured.Add(MeasuredMigration.Of(migration, gap));
            }

            await Task.Delay(Breath, cancel);
        }

        var memory = await ResidentMemory.Look(cluster.Tool, options.Nodes, cancel);
        var verdict = await orders.Conclude(progress.Say, cancel);
        var leftovers = await cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel);
        var report = BenchReport.Of(options, measured, memory, verdict, leftovers);
        if (options.Json)
        {
            Console.Out.WriteLine(ApiJson.Document(report));
        }
        else
        {
            BenchText.Write(Terminal.Output, report);
        }

        return report.Succeeded ? ExitCodes.Success : ExitCodes.NotExact;
    }

    private static DateTimeOffset End(MigrationRecord migration) =>
        migration.Events.Count == 0 ? TimeProvider.System.GetUtcNow() : migration.Events[^1].At;
}

using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Soak;

/// <summary>Moves a loaded workload back and forth many times, and looks now and then at what the system takes. One proof
/// covers the whole chain.</summary>
internal static class SoakRun
{
    private static readonly string[] Nodes = ["node-a", "node-b"];

    public static async Task<int> Run(SoakOptions options, CancellationToken cancel)
    {
        using var cluster = new Cluster();
        var tool = cluster.Tool ?? throw new CannotMeasureException(
            "MS2M-EVAL-LAB", "A soak looks into the lab's nodes, and there is no lab.", "Start it as './ms2m soak'.");
        var progress = new Progress();
        await cluster.Ready(Nodes, cancel);
        await using var orders = await LoadedWorkload.Start(
            cluster.Lab, cluster.Engine, cluster.Broker, Nodes[0], options.Load, progress.Say, cancel);
        var (chain, footprints) = (new SoakChain(), new List<Footprint>());
        var step = Math.Max(1, options.Migrations / 40);
        for (var run = 1; run <= options.Migrations; run++)
        {
            await orders.Settle(cancel);
            var target = Nodes.First(node => node != orders.Node);
            var migration = await MigrationRecord.Make(cluster, OrdersWorkload.Name, target, _ => { }, cancel);
            orders.Moved(migration.View);
            chain.Add(migration.View);
            if (run % step == 0)
            {
                footprints.Add(await Footprint.Look(cluster, tool, run, cancel));
                progress.Say($"{run} of {options.Migrations}: {migration.View.Phase} in {Human.Duration(migration.View.TotalMs)}");
            }
        }

        var verdict = await orders.Conclude(progress.Say, cancel);
        var leftovers = await cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel);
        var report = SoakReport.Of(options, chain, footprints, verdict, leftovers);
        if (options.Json)
        {
            Console.Out.WriteLine(ApiJson.Document(report));
        }
        else
        {
            SoakText.Write(Terminal.Output, report);
        }

        return report.Succeeded ? ExitCodes.Success : ExitCodes.NotExact;
    }
}

using Ms2m.Eval.Load;

namespace Ms2m.Eval.Demo;

/// <summary>One demo from a fresh workload to the verdict.</summary>
internal static class DemoRun
{
    public static async Task<(DemoReport Report, MigrationRecord Migration)> Make(
        Cluster cluster, DemoOptions options, Progress progress, CancellationToken cancel)
    {
        if (options.Move.Strategy == "live")
        {
            return await ServedDemo.Make(cluster, options, progress, cancel);
        }

        await using var orders = await LoadedWorkload.Start(
            cluster.Lab, cluster.Engine, cluster.Broker, options.Source, options.Load, progress.Say, cancel);
        progress.Say($"asking over AMQP, in plain JSON, for {OrdersWorkload.Name} to move to {options.Target}");
        var migration = await MigrationRecord.Make(
            cluster, OrdersWorkload.Name, options.Target, options.Move, progress.Show, cancel);
        progress.Ended(migration.View);
        orders.Moved(migration.View);

        await Task.Delay(TimeSpan.FromSeconds(options.AfterSeconds), cancel);
        var verdict = await orders.Conclude(progress.Say, cancel);
        progress.Say("looking for anything left behind");
        var leftovers = await cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel);
        return (DemoReport.Of(options, migration, verdict, leftovers), migration);
    }
}

using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench;

/// <summary>Asks for many migrations at the same moment, each of a small loaded workload of its own, and follows all of them
/// to their ends.</summary>
internal static class FairnessBench
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static async Task<int> Run(FairnessOptions options, CancellationToken cancel)
    {
        using var cluster = new Cluster();
        var progress = new Progress();
        await cluster.Ready([.. options.Nodes], cancel);
        await using var crowd = new SmallWorkloads(cluster, options);
        await crowd.Start(progress.Say, cancel);

        progress.Say($"requesting {options.Migrations} migrations");
        var requests = crowd.All.Select((one, n) => new StartMigration(
            Guid.CreateVersion7(), one.Name, one.Target, RequestedBy: "bench fairness",
            Priority: options.UrgentEvery > 0 && (n + 1) % options.UrgentEvery == 0 ? 5 : 0)).ToList();
        await Task.WhenAll(requests.Select(request => cluster.Engine.Start(request, cancel)));
        var views = await Ended(cluster.Engine, requests, progress.Say, cancel);
        var logs = await Task.WhenAll(requests.Select(async request =>
            (await cluster.Engine.Events(request.MigrationId, 0, 0, cancel)).As<List<LogEvent>>()));

        foreach (var view in views.Where(view => view.IsCompleted))
        {
            crowd.Moved(view);
        }

        var states = await crowd.Conclude(progress.Say, cancel);
        var report = FairnessReport.Of(views, states, logs);
        if (options.Json)
        {
            Console.Out.WriteLine(ApiJson.Document(report));
        }
        else
        {
            FairnessText.Write(Terminal.Output, report);
        }

        return report.Succeeded ? ExitCodes.Success : ExitCodes.NotExact;
    }

    private static async Task<IReadOnlyList<MigrationView>> Ended(
        EngineClient engine, IReadOnlyList<StartMigration> requests, Action<string> say, CancellationToken cancel)
    {
        var ids = requests.Select(request => request.MigrationId).ToHashSet();
        var begun = TimeProvider.System.GetTimestamp();
        var said = "";
        while (true)
        {
            List<MigrationView> views =
                [.. (await engine.Migrations(1000, cancel)).As<List<MigrationView>>().Where(view => ids.Contains(view.MigrationId))];
            var ended = views.Count(view => view.Finished);
            var line = $"{ended} ended, {views.Count(view => view.Queue is null) - ended} run, {views.Count(view => view.Queue is not null)} wait";
            if (line != said)
            {
                say(line);
                said = line;
            }

            if (ended == ids.Count)
            {
                return [.. views.OrderBy(view => view.RequestedAt)];
            }

            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                throw new TimeoutException($"After {Patience.TotalMinutes:0} minutes: {line}.");
            }

            await Task.Delay(Pause, cancel);
        }
    }
}

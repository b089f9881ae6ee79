using System.Globalization;
using System.Net;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Lab;

namespace Ms2m.Eval.Load;

/// <summary>The sample workload, always started fresh: a measurement must not inherit another one's messages.</summary>
internal sealed class OrdersWorkload(EngineClient engine, BrokerEyes broker)
{
    public const string Name = "orders";

    public const string Queue = "orders";

    public const string Image = "localhost/ms2m/orders:latest";

    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>It runs already, or is being started.</summary>
    private static readonly string[] IsThere = ["MS2M-0106", "MS2M-0113"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Removes whatever runs under the name, with its queue, and runs a new one. Gives its instance id.</summary>
    public async Task<string> StartFresh(string node, LoadOptions load, CancellationToken cancel)
    {
        await Remove(cancel);
        var environment = new Dictionary<string, string>
        {
            ["MS2M_QUEUE"] = Queue,
            ["MS2M_WORK_MS"] = load.WorkMs.ToString(CultureInfo.InvariantCulture),
            ["MS2M_STATE_MB"] = load.StateMb.ToString(CultureInfo.InvariantCulture),
        };
        // Whoever collects this run's traces gets the workload's too.
        if (Environment.GetEnvironmentVariable(Collector) is { Length: > 0 } collector)
        {
            environment[Collector] = collector;
        }

        var instance = await Run(new RunRequest(Name, node, Image, Queue, environment), cancel);
        await WaitFor(
            $"{Name} ran on {node}",
            instances => instances.FirstOrDefault(one => one.InstanceId == instance && one.State == "running"),
            cancel);
        return instance;
    }

    // A report that was under way when the old one was stopped may show it once more.
    private async Task<string> Run(RunRequest request, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return (await engine.Run(request, cancel)).GetProperty("instanceId").GetString()!;
            }
            catch (EngineRefusedException seen) when (
                IsThere.Contains(seen.Reason.Code) && TimeProvider.System.GetElapsedTime(begun) < Patience)
            {
                await Remove(cancel);
            }
        }
    }

    /// <summary>Removes whatever runs under the name, with its queue.</summary>
    public async Task Remove(CancellationToken cancel)
    {
        await WaitFor(
            $"no migration of {Name} was under way",
            instances => instances.All(one => one.MigrationId is null) ? "none" : null,
            cancel);
        try
        {
            await engine.Stop(Name, cancel);
            await WaitFor($"the old {Name} was gone", instances => instances.Count == 0 ? "gone" : null, cancel);
        }
        catch (EngineRefusedException unknown) when (unknown.Status == HttpStatusCode.NotFound)
        {
            // There was none.
        }

        await broker.DeleteQueue(Queue, cancel);
        await RemoveWhatKilledRunsLeft(cancel);
    }

    // A run that was killed with its engine may have left queues; the next run's "nothing is left" must not see them.
    private async Task RemoveWhatKilledRunsLeft(CancellationToken cancel)
    {
        var alive = (await engine.Migrations(200, cancel)).As<List<MigrationView>>()
            .Where(migration => !migration.Finished)
            .SelectMany(migration =>
                (string[])[Names.ReplayQueue(migration.MigrationId), Names.JournalQueue(migration.MigrationId)])
            .ToHashSet(StringComparer.Ordinal);
        foreach (var queue in await broker.Queues(cancel))
        {
            if (queue.StartsWith(Names.ControlQueue($"{Name}-"), StringComparison.Ordinal)
                || ((queue.StartsWith("ms2m.replay.", StringComparison.Ordinal)
                        || queue.StartsWith("ms2m.journal.", StringComparison.Ordinal))
                    && !alive.Contains(queue)))
            {
                await broker.DeleteQueue(queue, cancel);
            }
        }
    }

    private async Task<T> WaitFor<T>(string what, Func<List<WorkloadView>, T?> look, CancellationToken cancel)
        where T : class
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            var all = (await engine.Workloads(cancel)).As<List<WorkloadView>>();
            if (look([.. all.Where(one => one.Name == Name)]) is { } seen)
            {
                return seen;
            }

            await Task.Delay(Pause, cancel);
        }

        throw new CannotMeasureException(
            "MS2M-EVAL-WORKLOAD",
            $"Waited {Patience.TotalSeconds:0} s in vain until {what}.",
            "See './ms2m workloads', './ms2m nodes' and './ms2m lab logs'.");
    }
}

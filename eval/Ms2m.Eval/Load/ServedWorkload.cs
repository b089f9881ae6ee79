using System.Net;
using Ms2m.Cli.Api;
using Ms2m.Cli.Moving;
using Ms2m.Clients;
using Ms2m.Contracts;

namespace Ms2m.Eval.Load;

/// <summary>A server with an address of its own and a client that uses it without pause. Started fresh, and gone when it is
/// disposed of.</summary>
internal sealed class ServedWorkload : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private const string ImageMissing = "MS2M-0122";

    private readonly Cluster _cluster;

    private ServedWorkload(Cluster cluster, string name, WorkloadClient client) => (_cluster, Name, Client) = (cluster, name, client);

    public string Name { get; }

    public WorkloadClient Client { get; }

    /// <summary>An address in the lab's network that no node has.</summary>
    public static WorkloadAddress Address =>
        new($"10.77.{System.Environment.GetEnvironmentVariable("MS2M_LAB") ?? "0"}.100/24");

    public static async Task<ServedWorkload> Start(Cluster cluster, ServerKind kind, string node, CancellationToken cancel)
    {
        var name = kind.Image;
        if (cluster.Tool is { } tool && await tool.Run(["image", "load", kind.Image], cancel) is null)
        {
            throw new CannotMeasureException(
                "MS2M-EVAL-IMAGE", $"The lab could not bring the image '{kind.Image}' to its nodes.", $"Run: lab image load {kind.Image}");
        }

        var workload = new ServedWorkload(cluster, name, kind.Client(Address.Ip!.ToString()));
        await workload.Remove(cancel);
        await cluster.Engine.Run(
            new RunRequest(name, node, kind.FullImage, null, kind.Environment)
            {
                Address = Address,
                Command = kind.Command,
                Volumes = kind.Volumes,
                Traits = kind.Traits,
            },
            cancel);
        await workload.WaitFor($"it ran on {node}", one => one is { State: "running" } && one.Node == node, cancel);
        await workload.Client.StartAsync(cancel);
        return workload;
    }

    /// <summary>Moves it while its client works.</summary>
    public async Task<MigrationRecord> Migrate(string target, Move move, CancellationToken cancel)
    {
        await TargetKnows(target, move, cancel);
        return await MigrationRecord.Make(_cluster, Name, target, move, _ => { }, cancel);
    }

    /// <summary>The one instance, when no migration has to do with it any more.</summary>
    public Task<WorkloadView> Settled(CancellationToken cancel) =>
        WaitFor("one instance ran", one => one is { State: "running", MigrationId: null }, cancel);

    /// <summary>Lets the client go on until it has seen so many more answers.</summary>
    public Task Serves(long answers, CancellationToken cancel) => Serves(answers, Patience, cancel);

    public async Task Serves(long answers, TimeSpan patience, CancellationToken cancel)
    {
        var (begun, wanted) = (TimeProvider.System.GetTimestamp(), Client.SoFar.Requests + answers);
        while (Client.SoFar.Requests < wanted)
        {
            if (TimeProvider.System.GetElapsedTime(begun) > patience)
            {
                throw new CannotMeasureException(
                    "MS2M-EVAL-SILENT", $"{Name} answered {Client.SoFar.Requests} requests and then no more.", "See './ms2m workloads'.");
            }

            await Task.Delay(Pause, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Remove(CancellationToken.None);
    }

    /// <summary>Nodes look only now and then which images they have; one that has just come would be missed.</summary>
    public async Task TargetKnows(string target, Move move, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            var plan = (await _cluster.Engine.Plan(move.To(Name, target), cancel)).As<ForecastView>();
            if (plan.Accepted || plan.Reason?.Code != ImageMissing)
            {
                return;
            }

            await Task.Delay(Pause, cancel);
        }
    }

    private async Task Remove(CancellationToken cancel)
    {
        try
        {
            await _cluster.Engine.Stop(Name, cancel);
            await WaitFor("the old one was gone", one => one is null, cancel);
        }
        catch (EngineRefusedException unknown) when (unknown.Status == HttpStatusCode.NotFound)
        {
            // There was none.
        }
    }

    private async Task<WorkloadView> WaitFor(string what, Func<WorkloadView?, bool> isSo, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            var all = (await _cluster.Engine.Workloads(cancel)).As<List<WorkloadView>>().Where(one => one.Name == Name).ToList();
            if (all.Count < 2 && isSo(all.FirstOrDefault()))
            {
                return all.FirstOrDefault() ?? new WorkloadView(Name, null, null, null, 0, null, 0, null, null, null);
            }

            await Task.Delay(Pause, cancel);
        }

        throw new CannotMeasureException(
            "MS2M-EVAL-WORKLOAD", $"Waited {Patience.TotalSeconds:0} s for {Name} in vain until {what}.",
            "See './ms2m workloads', './ms2m nodes' and './ms2m lab logs'.");
    }
}

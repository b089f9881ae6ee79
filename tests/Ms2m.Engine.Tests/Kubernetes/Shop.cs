using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Tests.Whole;
using Ms2m.EventLog.Streams;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Operator;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>A simulated cluster with one workload's pod on node-a, its node workers on the real broker, and engines that run
/// the operator.</summary>
internal sealed class Shop : IAsyncDisposable
{
    private readonly EngineFixture _fixture;

    private Shop(EngineFixture fixture, ScriptedCluster workers) => (_fixture, Workers) = (fixture, workers);

    public SimulatedCluster Cluster { get; } = new();

    public ScriptedCluster Workers { get; }

    /// <summary>Its own, and so are the ids of the migrations that are asked for in it.</summary>
    public string Space => $"shop-{Workers.Workload}";

    public string PodName => $"{Workers.Workload}-0";

    public static async Task<Shop> OpenAsync(EngineFixture fixture, string workload)
    {
        var shop = new Shop(fixture, await ScriptedCluster.StartAsync(fixture.Options.Broker, workload));
        shop.Workers.Declares = spec => spec with { Pod = new WorkloadPod(shop.Space, "c", PodOwner.Nobody, null) };
        foreach (var node in (string[])["node-a", "node-b"])
        {
            shop.Cluster.Given(Kinds.Nodes, Asked.Node(node));
        }

        shop.Cluster.Given(Kinds.Pods, new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = shop.PodName,
                Namespace = shop.Space,
                Labels = new Dictionary<string, string> { [Markings.Workload] = workload, [Markings.Instance] = shop.Workers.Source },
                Annotations = new Dictionary<string, string> { [Markings.Queue] = workload },
            },
            Spec = new PodSpec { NodeName = "node-a", Containers = [new PodContainer { Name = "c", Image = "image" }] },
            Status = new PodStatus { Phase = "Running" },
        });
        return shop;
    }

    /// <summary>An engine that knows both nodes.</summary>
    public async Task<RunningEngine> EngineAsync(string identity = "one", AdmissionOptions? admission = null)
    {
        var engine = await _fixture.StartEngineAsync(
            _fixture.Options with
            {
                Kubernetes = new KubernetesOptions
                {
                    Namespace = "ms2m",
                    Identity = identity,
                    Resync = TimeSpan.FromSeconds(1),
                    DrainEvery = TimeSpan.FromMilliseconds(200),
                    Admission = admission,
                },
            },
            services =>
            {
                services.AddSingleton<IKubernetesApi>(Cluster);
                // Copies are the workers', who are scripted: in this cluster there are none to take over.
                services.Replace(ServiceDescriptor.Singleton<IPodOwnership>(new ScriptedOwnership()));
            });
        await WholeMigrations.KnowTheNodesAsync(engine, Workers);
        return engine;
    }

    public async Task<StatefulMigration> AskAsync(string name = "move", Func<StatefulMigrationSpec, StatefulMigrationSpec>? change = null)
    {
        var spec = new StatefulMigrationSpec { SourcePod = PodName, TargetNode = "node-b" };
        var made = await Cluster.CreateAsync(
            Kinds.Migrations,
            new StatefulMigration
            {
                ApiVersion = Kinds.Migrations.ApiVersion,
                Kind = Kinds.Migrations.Name,
                Metadata = new ObjectMeta { Name = name, Namespace = Space },
                Spec = change?.Invoke(spec) ?? spec,
            },
            CancellationToken.None);
        return made.Value;
    }

    public async Task DeleteAsync(string name = "move") => Assert.Null((await Cluster.DeleteAsync(
        Kinds.Migrations, new ObjectName(Space, name), new Deletion(), CancellationToken.None)).Problem);

    public StatefulMigration? Find(string name = "move") => Cluster.Find(Kinds.Migrations, Space, name);

    public static Condition? Condition(StatefulMigration? asked, string type) =>
        asked?.Status?.Conditions?.FirstOrDefault(one => one.Type == type);

    public async Task<StatefulMigration> UntilAsync(string what, Func<StatefulMigration, bool> there, string name = "move")
    {
        await WaitAsync(what, () => Find(name) is { } now && there(now), () => $"{Find(name)?.Status}");
        return Find(name)!;
    }

    public async Task UntilGoneAsync(string name = "move") => await WaitAsync("it is gone", () => Find(name) is null, () => $"{Find(name)}");

    public List<string?> Said(string type = "Normal") =>
        [.. Cluster.All(Kinds.Events).Where(one => one.Type == type).Select(one => one.Reason)];

    public static async Task<IReadOnlyList<object>> LogAsync(RunningEngine engine, StatefulMigration asked) =>
        [.. (await engine.Services.GetRequiredService<ReadStream>().ReadAsync(MigrationOrder.IdOf(asked), 1, CancellationToken.None)).Select(one => one.Data)];

    public static async Task WaitAsync(string what, Func<bool> condition, Func<string>? seen = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Waited 30 s until {what}. {seen?.Invoke()}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    /// <summary>The source has been told nothing that would end it.</summary>
    public bool SourceLives
    {
        get
        {
            lock (Workers.Received)
            {
                return Workers.Received.All(one => one.Type != nameof(RemoveInstance)
                    || one.Body.GetProperty("instanceId").GetString() != Workers.Source);
            }
        }
    }

    public ValueTask DisposeAsync() => Workers.DisposeAsync();
}

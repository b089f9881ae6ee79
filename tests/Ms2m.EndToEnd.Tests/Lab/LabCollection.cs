using Ms2m.Cli.Api;
using Ms2m.Eval.Lab;
using Ms2m.Eval.Load;

namespace Ms2m.EndToEnd.Tests.Lab;

/// <summary>One lab, one workload name, killed engines: these tests cannot share a moment.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LabCollection : ICollectionFixture<LabFixture>
{
    public const string Name = "the lab";
}

/// <summary>The lab that <c>./ms2m test</c> has brought up.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    public const string Source = "node-a";

    public const string Target = "node-b";

    internal Cluster Cluster { get; } = new();

    internal LabTool Tool => Cluster.Tool ?? throw new InvalidOperationException(
        "MS2M_LAB_TOOL names no lab: run these tests through ./ms2m test.");

    public async Task InitializeAsync()
    {
        // A run that was killed may have left it slow or cut.
        await Tool.Must(["network", "heal"], CancellationToken.None);
        await Tool.Must(["network", "fast", Source], CancellationToken.None);
        await Tool.Must(["network", "fast", Target], CancellationToken.None);
        await Ready();
    }

    public Task DisposeAsync()
    {
        Cluster.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Waits until everything stands again that a test may have knocked over.</summary>
    internal Task Ready() => Cluster.Ready([Source, Target], CancellationToken.None);

    /// <summary>Waits until reports show the workload where it is now, and nowhere else: a migration is over sooner, and who is
    /// to move it again looks at them.</summary>
    internal async Task Shown(LoadedWorkload orders, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while ((await Cluster.Engine.Workloads(patience.Token)).As<List<WorkloadView>>().Where(one => one.Name == OrdersWorkload.Name).ToList()
            is not [{ Role: "Active", State: "running" } only] || only.InstanceId != orders.Instance)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    internal Task<LoadedWorkload> LoadedOrders(LoadOptions load, Action<string> say, CancellationToken cancel) =>
        LoadedWorkload.Start(Cluster.Lab, Cluster.Engine, Cluster.Broker, Source, load, say, cancel);
}

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

    public Task InitializeAsync() => Ready();

    public Task DisposeAsync()
    {
        Cluster.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Waits until everything stands again that a test may have knocked over.</summary>
    internal Task Ready() => Cluster.Ready([Source, Target], CancellationToken.None);

    internal Task<LoadedWorkload> LoadedOrders(LoadOptions load, Action<string> say, CancellationToken cancel) =>
        LoadedWorkload.Start(Cluster.Lab, Cluster.Engine, Cluster.Broker, Source, load, say, cancel);
}

using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;

namespace Ms2m.EndToEnd.Tests.Requests;

/// <summary>One workload without load, for all requests that must not move it.</summary>
public sealed class IdleOrders(LabFixture lab) : IAsyncLifetime
{
    public string Instance { get; private set; } = "";

    public async Task InitializeAsync()
    {
        await lab.Ready();
        Instance = await new OrdersWorkload(lab.Cluster.Engine, lab.Cluster.Broker).StartFresh(
            LabFixture.Source,
            new LoadOptions(Rate: 1, Publishers: 1, WorkMs: 1, StateMb: 1, WarmupSeconds: 0),
            CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;
}

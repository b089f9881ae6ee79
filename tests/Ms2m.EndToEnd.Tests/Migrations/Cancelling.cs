using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Migrations;

/// <summary>Until the commit point a migration can be given up, and the source never notices.</summary>
[Collection(LabCollection.Name)]
public sealed class Cancelling(LabFixture lab, ITestOutputHelper output)
{
    [Theory]
    [InlineData("Checkpointing")]
    [InlineData("Restoring")]
    public async Task a_cancelled_migration_leaves_the_source_at_work_and_nothing_else(string phase)
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(
            new LoadOptions(Rate: 50, Publishers: 2, WorkMs: 5, StateMb: 27, WarmupSeconds: 2), output.WriteLine, cancel);
        var source = orders.Instance;
        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        await Phases.Begun(follower, phase, cancel);
        await lab.Cluster.Engine.Cancel(started.MigrationId, cancel);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);

        Assert.Equal("Cancelled", ended.Phase);
        Assert.Equal(source, orders.Instance);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }
}

using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Requests;

/// <summary>Requests come twice, and two people ask at once.</summary>
[Collection(LabCollection.Name)]
public sealed class RepeatedRequests(LabFixture lab, ITestOutputHelper output)
{
    private static readonly LoadOptions Load = new(Rate: 20, Publishers: 1, WorkMs: 5, StateMb: 5, WarmupSeconds: 1);

    [Fact]
    public async Task the_same_request_again_changes_nothing_during_the_migration_and_after_it()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        var id = Guid.NewGuid();
        var request = Request(id, LabFixture.Target);
        for (var time = 0; time < 5; time++)
        {
            await lab.Cluster.Migrations.Publish(request, cancel);
        }

        var follower = new MigrationFollower(lab.Cluster.Engine, id, TimeProvider.System);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        Assert.Equal("Completed", ended.Phase);

        await lab.Cluster.Migrations.Publish(request, cancel);
        // A refused request is handled after the repeated one: when it is in the log, the repeated one has had its turn.
        await lab.Cluster.Migrations.Start("{}"u8.ToArray(), cancel);
        var events = (await lab.Cluster.Engine.Events(id, 0, 0, cancel)).As<List<LogEvent>>();
        Assert.Single(events, one => one.Type == "migration_requested");
        Assert.Equal("migration_completed", events[^1].Type);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    [Fact]
    public async Task a_workload_that_is_being_moved_is_not_moved_a_second_time()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel, "20mbit");
        var first = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var second = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        Assert.Equal(("Rejected", "MS2M-0107"), (second.Phase, second.Reason?.Code));

        var follower = new MigrationFollower(lab.Cluster.Engine, first.MigrationId, TimeProvider.System);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        Assert.Equal("Completed", ended.Phase);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    private static byte[] Request(Guid id, string target) => JsonSerializer.SerializeToUtf8Bytes(
        new { migrationId = id, workload = OrdersWorkload.Name, targetNode = target });
}

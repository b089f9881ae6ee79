using Ms2m.Cli.Api;
using Ms2m.Cli.Moving;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval;
using Ms2m.Eval.Demo;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Migrations;

/// <summary>The consumer moves by every strategy and transfer that fits it, and the same judge looks at each.</summary>
[Collection(LabCollection.Name)]
public sealed class EveryWay(LabFixture lab, ITestOutputHelper output)
{
    private static readonly LoadOptions _load = new(Rate: 40, Publishers: 2, WorkMs: 3, StateMb: 27, WarmupSeconds: 1);

    public static TheoryData<string, TransferMode> Ways => new()
    {
        { "sequential", TransferMode.Direct },
        { "shadow", TransferMode.Delta },
        { "sequential", TransferMode.Delta },
        { "shadow", TransferMode.Registry },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task moves_the_consumer_and_loses_nothing(string strategy, TransferMode mode)
    {
        var options = new DemoOptions(
            _load, new Move(strategy, new TransferOptions(mode)), LabFixture.Source, LabFixture.Target, AfterSeconds: 1, Runs: 1, Json: true);

        var (report, _) = await DemoRun.Make(lab.Cluster, options, new Progress(), CancellationToken.None);

        output.WriteLine($"{report.TotalMs:0} ms, interruption {report.InterruptionMs:0} ms, {report.WireBytes} of {report.CheckpointBytes} bytes sent");
        Proof.Moved(report);
        Assert.Equal((strategy, mode.ToString()), (report.Strategy, report.Transfer));
    }

    [Fact]
    public async Task a_second_migration_sends_only_what_has_changed_since_the_first()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(_load with { Rate = 5 }, output.WriteLine, cancel);
        var sent = new List<long?>();
        foreach (var target in new[] { LabFixture.Target, LabFixture.Source })
        {
            var migration = await MigrationRecord.Make(
                lab.Cluster, OrdersWorkload.Name, target, new Move("shadow", new TransferOptions(TransferMode.Delta)), _ => { }, cancel);
            Assert.True(migration.View.IsCompleted, $"{migration.View.Reason}");
            orders.Moved(migration.View);
            await lab.Shown(orders, cancel);
            sent.Add(migration.View.WireBytes);
            output.WriteLine($"{migration.View.WireBytes} of {migration.View.CheckpointBytes} bytes, "
                + $"{string.Join(", ", migration.Events.Where(one => one.Type == "pre_copied").Select(one => one.Data))}");
        }

        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
        Assert.True(sent[1] < 10_000_000, $"{sent[1]} bytes were sent for a checkpoint that the target knew");
    }

    [Fact]
    public async Task cold_starts_it_anew_and_says_that_no_state_was_carried()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(_load, output.WriteLine, cancel);

        var migration = await MigrationRecord.Make(lab.Cluster, OrdersWorkload.Name, LabFixture.Target, new Move("cold"), _ => { }, cancel);

        Assert.True(migration.View.IsCompleted, $"{migration.View.Reason}");
        Assert.False(migration.View.Verified);
        Assert.Contains(migration.Events, one => one.Type == "state_left_behind");
        orders.Moved(migration.View);
        var state = await orders.State(TimeSpan.FromSeconds(20), cancel);
        Assert.InRange(state.Applied, 0, orders.Confirmed - 1);
        Assert.Empty(await lab.Cluster.Leftovers.Find(OrdersWorkload.Name, orders.Instance, orders.Node, cancel));
    }

    [Fact]
    public async Task a_sequential_move_that_is_cancelled_while_the_source_stands_still_gives_it_back()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(_load, output.WriteLine, cancel);
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel, "40mbit");

        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, new Move("sequential"), cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        await Phases.Begun(follower, "Transferring", cancel);
        await lab.Cluster.Engine.Cancel(started.MigrationId, cancel);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);

        Assert.Equal("Cancelled", ended.Phase);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }
}

using Ms2m.Cli.Moving;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval;
using Ms2m.Eval.Demo;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Migrations;

/// <summary>The promise of the product, kept for one consumer under load.</summary>
[Collection(LabCollection.Name)]
public sealed class LoadedConsumer(LabFixture lab, ITestOutputHelper output)
{
    [Theory]
    [InlineData(10, 1)]
    [InlineData(50, 1)]
    [InlineData(50, 4)]
    public async Task a_loaded_consumer_moves_and_nothing_is_lost(double rate, int publishers) =>
        Proof.Moved(await Move(new LoadOptions(rate, publishers, WorkMs: 10, StateMb: 27, WarmupSeconds: 2)));

    [Fact]
    public async Task above_its_capacity_it_still_moves_because_the_cutover_does_not_wait_for_an_empty_queue()
    {
        var report = await Move(new LoadOptions(Rate: 200, Publishers: 4, WorkMs: 10, StateMb: 27, WarmupSeconds: 2));
        Proof.Moved(report);
        Assert.True(report.TotalMs < 20_000, $"it took {report.TotalMs:0} ms");
    }

    [Fact]
    public async Task it_moves_back_and_forth_and_the_chain_stays_exact()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(
            new LoadOptions(Rate: 50, Publishers: 2, WorkMs: 5, StateMb: 27, WarmupSeconds: 2), output.WriteLine, cancel);
        foreach (var target in new[] { LabFixture.Target, LabFixture.Source, LabFixture.Target })
        {
            var migration = await MigrationRecord.Make(lab.Cluster, OrdersWorkload.Name, target, _ => { }, cancel);
            Assert.Equal("Completed", migration.View.Phase);
            orders.Moved(migration.View);
            await lab.Shown(orders, cancel);
        }

        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    private async Task<DemoReport> Move(LoadOptions load)
    {
        var options = new DemoOptions(load, new Move(), LabFixture.Source, LabFixture.Target, AfterSeconds: 1, Runs: 1, Json: true);
        var (report, migration) = await DemoRun.Make(lab.Cluster, options, new Progress(), CancellationToken.None);
        output.WriteLine($"{report.Outcome} in {report.TotalMs:0} ms, interruption {report.InterruptionMs:0} ms, "
            + $"{migration.Events.Count} events");
        return report;
    }
}

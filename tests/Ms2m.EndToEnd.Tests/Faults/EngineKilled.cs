using System.Diagnostics;
using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>An engine may die at any moment, as if the power had gone. The log tells the next one where it was.</summary>
[Collection(LabCollection.Name)]
public sealed class EngineKilled(LabFixture lab, ITestOutputHelper output)
{
    private static readonly string[] Endings = ["Completed", "RolledBack", "Cancelled"];

    private static readonly LoadOptions Load = new(Rate: 50, Publishers: 2, WorkMs: 5, StateMb: 27, WarmupSeconds: 2);

    [Theory]
    [InlineData("Pending")]
    [InlineData("Checkpointing")]
    [InlineData("Transferring")]
    [InlineData("Restoring")]
    [InlineData("Replaying")]
    [InlineData("Finalizing")]
    public Task killed_when_a_phase_begins_it_comes_back_and_ends_the_migration(string phase) =>
        KilledWhen((follower, cancel) => Phases.Begun(follower, phase, cancel));

    [Fact]
    public async Task killed_right_after_the_commit_point_it_only_goes_forward()
    {
        var ended = await KilledWhen((follower, cancel) => Phases.Happened(follower, "promotion_committed", cancel));
        Assert.Equal("Completed", ended.Phase);
    }

    [Fact]
    public async Task killed_while_rolling_back_it_finishes_the_roll_back()
    {
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, CancellationToken.None);
        var ended = await KilledWhen(async (follower, cancel) =>
        {
            var view = await Phases.Begun(follower, "Checkpointing", cancel);
            await lab.Cluster.Engine.Cancel(view.MigrationId, cancel);
            await Phases.Happened(follower, "rollback_started", cancel);
        });
        Assert.Equal("Cancelled", ended.Phase);
    }

    private async Task<MigrationView> KilledWhen(Func<MigrationFollower, CancellationToken, Task> moment)
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        var pid = await lab.Tool.EnginePid(cancel);
        using var engine = Process.GetProcessById(pid!.Value);
        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        await moment(follower, cancel);

        engine.Kill();
        // A killed process takes a moment to end, and until then a start would find it running. This one waits for it.
        await lab.Tool.Must(["engine", "kill"], cancel);
        await lab.Tool.Must(["engine", "start"], cancel);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        output.WriteLine($"{ended.Phase} after {ended.TotalMs:0} ms: {ended.Reason}");

        Assert.Contains(ended.Phase, Endings);
        Assert.Equal(ended.IsCompleted, ended.Verified);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
        return ended;
    }
}

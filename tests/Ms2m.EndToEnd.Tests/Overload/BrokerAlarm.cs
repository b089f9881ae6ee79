using System.Diagnostics;
using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Overload;

/// <summary>A broker whose memory or disk is full takes nothing from anybody who publishes: publishers, the workload's
/// effects and journal, the workers' answers, the engine's commands and timers all wait. None of them may be lost.</summary>
[Collection(LabCollection.Name)]
public sealed class BrokerAlarm(LabFixture lab, ITestOutputHelper output)
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    private static readonly string[] WholeEnds = ["Completed", "RolledBack"];

    /// <param name="alarm">Which one.</param>
    /// <param name="moment">The event after which it strikes: whoever would go on is held still until it has.</param>
    /// <param name="held">Whose process: the engine, or a node's worker.</param>
    [Theory]
    [InlineData("memory", "target_reserved", "worker node-b")]
    [InlineData("disk", "shadow_attached", "engine")]
    public async Task an_alarm_in_the_middle_of_a_migration_makes_it_wait_and_nothing_is_lost(
        string alarm, string moment, string held)
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(
            new LoadOptions(Rate: 50, Publishers: 2, WorkMs: 5, StateMb: 27, WarmupSeconds: 2), output.WriteLine, cancel);
        var pid = await Pid(held, cancel);
        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        await Phases.Happened(follower, moment, cancel);
        await Signal(pid, "STOP", cancel);
        try
        {
            await lab.Tool.Must(["alarm", alarm], cancel);
            await lab.Cluster.Broker.UntilAlarm(true, cancel);
        }
        finally
        {
            await Signal(pid, "CONT", cancel);
        }

        try
        {
            await Task.Delay(Held, TimeProvider.System, cancel);
            output.WriteLine($"under the alarm: {(await lab.Cluster.Engine.Migration(started.MigrationId, cancel)).As<MigrationView>().Phase}");
        }
        finally
        {
            await lab.Tool.Must(["alarm", "off"], cancel);
        }

        await lab.Cluster.Broker.UntilAlarm(false, cancel);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        output.WriteLine($"{ended.Phase} after {ended.TotalMs:0} ms: {ended.Reason}");
        orders.Moved(ended);
        Assert.Contains(ended.Phase, WholeEnds);
        Assert.Empty(ended.Leftovers ?? []);
        await lab.Ready();
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    private async Task<int> Pid(string of, CancellationToken cancel) => int.Parse(
        (await lab.Tool.Run([.. of.Split(' '), "pid"], cancel))!, CultureInfo.InvariantCulture);

    private static async Task Signal(int pid, string signal, CancellationToken cancel)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancel);
        Assert.Equal(0, kill.ExitCode);
    }
}

using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>A target that cannot take the workload says so, and the source goes on.</summary>
[Collection(LabCollection.Name)]
public sealed class TargetTrouble(LabFixture lab, ITestOutputHelper output)
{
    private const string Checkpoints = "/var/lib/ms2m/checkpoints";

    private static readonly string[] Refusals = ["Rejected", "RolledBack"];

    private static readonly LoadOptions Load = new(Rate: 20, Publishers: 1, WorkMs: 5, StateMb: 27, WarmupSeconds: 1);

    [Fact]
    public async Task a_checkpoint_that_does_not_fit_is_refused_and_the_source_goes_on()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        var filler = $"{Checkpoints}/filler";
        Assert.NotNull(await lab.Tool.InNode(
            LabFixture.Target,
            $"fallocate -l $(($(df --output=avail -B1 {Checkpoints} | tail -n 1) - 1000000)) {filler}",
            cancel));
        MigrationRecord migration;
        try
        {
            migration = await MigrationRecord.Make(
                lab.Cluster, OrdersWorkload.Name, LabFixture.Target, _ => { }, cancel);
        }
        finally
        {
            await lab.Tool.InNode(LabFixture.Target, $"rm -f {filler}", cancel);
        }

        output.WriteLine($"{migration.View.Reason}");
        Assert.Contains(migration.View.Phase, Refusals);
        Assert.NotNull(migration.View.Reason);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    [Fact]
    public async Task a_sender_without_the_right_token_gets_401_and_writes_nothing()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        var reserved = await Phases.Happened(follower, "target_reserved", cancel);
        var url = new Uri(reserved.Data.GetProperty("transferUrl").GetString()!);

        foreach (var token in new[] { "", "wrong", new string('x', 5_000) })
        {
            Assert.Equal("401", await Put(url, token, "--cert tls.crt --key tls.key", cancel));
        }

        // Without the source's certificate nobody comes as far as a token.
        Assert.Equal("refused", await Put(url, "wrong", "", cancel));

        // The intruder did not disturb the one who has the token.
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        Assert.Equal("Completed", ended.Phase);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    [Fact]
    public async Task a_node_that_is_down_is_no_target()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        await lab.Tool.Must(["worker", LabFixture.Target, "kill"], cancel);
        MigrationView refused;
        try
        {
            await Down(LabFixture.Target, cancel);
            refused = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        }
        finally
        {
            await lab.Tool.Must(["worker", LabFixture.Target, "start"], cancel);
            await lab.Ready();
        }

        Assert.Equal(("Rejected", "MS2M-0105"), (refused.Phase, refused.Reason?.Code));
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    /// <summary>From the source's node, so that its certificate can be tried too; the status, or that there was none.</summary>
    private async Task<string?> Put(Uri url, string token, string certificate, CancellationToken cancel) =>
        (await lab.Tool.InNode(
            LabFixture.Source,
            $"cd /var/lib/ms2m/tls && curl -s -o /dev/null -w '%{{http_code}}' --max-time 10 --cacert ca.crt {certificate} "
            + $"-X PUT --data-binary 'nothing' -H 'Authorization: Bearer {token}' '{url}' || echo refused",
            cancel))?.Trim() is { } seen
            ? seen.EndsWith("refused", StringComparison.Ordinal) ? "refused" : seen
            : null;

    private async Task Down(string node, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (await look.WaitForNextTickAsync(patience.Token))
        {
            var nodes = (await lab.Cluster.Engine.Nodes(patience.Token)).As<List<NodeView>>();
            if (nodes.Any(one => one.Node == node && !one.Up))
            {
                return;
            }
        }
    }
}

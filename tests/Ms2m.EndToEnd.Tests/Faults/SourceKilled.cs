using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>A source that dies once its checkpoint is under way lives on in its shadow.</summary>
[Collection(LabCollection.Name)]
public sealed class SourceKilled(LabFixture lab, ITestOutputHelper output)
{
    private const string CutoverDecided = "cutover_decided";

    /// <summary>Most of its capacity: what the shadow has to catch up with makes the moments last.</summary>
    private static readonly LoadOptions Load = new(Rate: 50, Publishers: 2, WorkMs: 15, StateMb: 27, WarmupSeconds: 2);

    [Theory]
    [InlineData("checkpoint_taken")]
    [InlineData("transfer_completed")]
    [InlineData("shadow_attached")]
    [InlineData(CutoverDecided)]
    public async Task after_its_checkpoint_the_shadow_takes_over_and_nothing_is_lost(string moment)
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        var pid = await lab.Tool.InNode(LabFixture.Source, $"podman inspect --format '{{{{.State.Pid}}}}' {orders.Instance}", cancel);
        Assert.NotNull(pid);
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel);
        // With so long an interruption allowed the cutover is decided while there is much left to replay.
        var started = await lab.Cluster.Migrations.Start(JsonSerializer.SerializeToUtf8Bytes(new
        {
            workload = OrdersWorkload.Name,
            targetNode = LabFixture.Target,
            policy = moment == CutoverDecided ? new { maxInterruptionMs = 30_000 } : null,
        }), cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        await Phases.Happened(follower, moment, cancel);

        Assert.NotNull(await lab.Tool.InNode(LabFixture.Source, $"kill -KILL {pid.Trim()}", cancel));
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        output.WriteLine($"{ended.Phase} after {ended.TotalMs:0} ms, interruption {ended.InterruptionMs:0} ms: {ended.Reason}");

        Assert.Equal("Completed", ended.Phase);
        // It may have said its last word before it died; then the handoff is proven as ever.
        Assert.NotEqual(ended.Verified, ended.FailedOver);
        await Proof.ExactAcrossACrash(lab, orders, output.WriteLine, cancel);
    }
}

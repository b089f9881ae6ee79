using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using RabbitMQ.Client;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Migrations;

/// <summary>Until the commit point a migration can be given up in every phase and in every way, and the source never
/// notices.</summary>
[Collection(LabCollection.Name)]
public sealed class Cancelling(LabFixture lab, ITestOutputHelper output)
{
    /// <summary>So much that the shadow needs many seconds to catch up with what comes while its checkpoint travels: every
    /// phase before the commit is far longer than a cancel.</summary>
    private static readonly LoadOptions Load = new(Rate: 50, Publishers: 2, WorkMs: 15, StateMb: 27, WarmupSeconds: 1);

    private static readonly string[] RepeatedOrEnded = ["MS2M-0403", "MS2M-0404"];

    private static readonly string[] CommittedOrEnded = ["MS2M-0402", "MS2M-0404"];

    [Theory]
    [InlineData("Pending", "message")]
    [InlineData("Checkpointing", "command line")]
    [InlineData("Transferring", "message")]
    [InlineData("Restoring", "http")]
    [InlineData("Replaying", "http")]
    public async Task a_cancelled_migration_leaves_the_source_at_work_and_nothing_else(string phase, string by)
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        await using var slow = await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel);
        var source = orders.Instance;
        var (id, follower) = await Begin(cancel);
        await Phases.Begun(follower, phase, cancel);
        await Cancel(id, by, cancel);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);

        Assert.Equal("Cancelled", ended.Phase);
        Assert.Equal(source, orders.Instance);
        var again = await Assert.ThrowsAsync<EngineRefusedException>(() => lab.Cluster.Engine.Cancel(id, cancel));
        Assert.Equal("MS2M-0404", again.Reason.Code);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    [Fact]
    public async Task a_second_cancel_and_one_after_the_commit_point_are_told_why_they_come_too_late()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        await using (await SlowNetwork.To(lab.Tool, LabFixture.Target, cancel))
        {
            var (first, cancelled) = await Begin(cancel);
            await Phases.Begun(cancelled, "Checkpointing", cancel);
            await lab.Cluster.Engine.Cancel(first, cancel);
            var second = await Assert.ThrowsAsync<EngineRefusedException>(() => lab.Cluster.Engine.Cancel(first, cancel));
            Assert.Contains(second.Reason.Code, RepeatedOrEnded);
            Assert.Equal("Cancelled", (await cancelled.ToTheEnd((_, _) => { }, cancel)).Phase);
        }

        var (committed, follower) = await Begin(cancel);
        await Phases.Happened(follower, "promotion_committed", cancel);
        var late = await Assert.ThrowsAsync<EngineRefusedException>(() => lab.Cluster.Engine.Cancel(committed, cancel));
        Assert.Contains(late.Reason.Code, CommittedOrEnded);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        orders.Moved(ended);
        Assert.Equal("Completed", ended.Phase);
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    private async Task<(Guid, MigrationFollower)> Begin(CancellationToken cancel)
    {
        var id = (await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel)).MigrationId;
        return (id, new MigrationFollower(lab.Cluster.Engine, id, TimeProvider.System));
    }

    private async Task Cancel(Guid id, string by, CancellationToken cancel)
    {
        switch (by)
        {
            case "message":
                await using (var broker = await new ConnectionFactory { Uri = lab.Cluster.Lab.Broker }.CreateConnectionAsync(cancel))
                await using (var channel = await broker.CreateChannelAsync(cancellationToken: cancel))
                {
                    await channel.BasicPublishAsync(
                        Names.CancelMigration, "", JsonSerializer.SerializeToUtf8Bytes(new { migrationId = id }), cancel);
                }

                break;
            case "http":
                await lab.Cluster.Engine.Cancel(id, cancel);
                break;
            default:
                (await Programs.Client(cancel, "cancel", id.ToString())).Succeeded();
                break;
        }
    }
}

using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using RabbitMQ.Client;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Collecting;

/// <summary><c>ms2m gc</c> on real leftovers: what a migration that has ended would have left, had everybody died who was to
/// remove it.</summary>
[Collection(LabCollection.Name)]
public sealed class WhatDeadMigrationsLeft(LabFixture lab, ITestOutputHelper output)
{
    private static readonly LoadOptions Load = new(Rate: 20, Publishers: 1, WorkMs: 5, StateMb: 5, WarmupSeconds: 1);

    /// <summary>Nothing counts as left before its migration has been over for half a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task gc_removes_it_all_and_touches_nothing_that_lives()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(Load, output.WriteLine, cancel);
        var dead = orders.Instance;
        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var follower = new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System);
        var ended = await follower.ToTheEnd((_, _) => { }, cancel);
        Assert.Equal("Completed", ended.Phase);
        orders.Moved(ended);
        await LeaveQueues(started.MigrationId, cancel);
        await LeaveContainer(dead, orders.Instance, cancel);
        string[] left = [Names.ReplayQueue(started.MigrationId), Names.JournalQueue(started.MigrationId), dead];

        Assert.Empty(await Gc(dryRun: true, cancel));
        await Until(async () => left.All((await Gc(dryRun: true, cancel)).Contains), "all of it is found", cancel);
        Assert.Contains(left[0], await lab.Cluster.Broker.Queues(cancel));

        Assert.Equal(left.Order(), (await Gc(dryRun: false, cancel)).Order());

        Assert.Empty(await Gc(dryRun: true, cancel));
        Assert.Empty((await lab.Cluster.Broker.Queues(cancel)).Intersect(left));
        Assert.Equal("", (await lab.Tool.InNode(LabFixture.Source, $"podman ps --all --quiet --filter name={dead}", cancel))?.Trim());
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    private async Task LeaveQueues(Guid migration, CancellationToken cancel)
    {
        await using var broker = await new ConnectionFactory { Uri = lab.Cluster.Lab.Broker }.CreateConnectionAsync(cancel);
        await using var channel = await broker.CreateChannelAsync(cancellationToken: cancel);
        foreach (var queue in (string[])[Names.ReplayQueue(migration), Names.JournalQueue(migration)])
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancel);
        }
    }

    /// <summary>A container as the worker would have made it, that was never started.</summary>
    private async Task LeaveContainer(string dead, string alive, CancellationToken cancel)
    {
        const string spec = "io.ms2m.spec";
        var labels = await lab.Tool.InNode(
            LabFixture.Target, $"podman inspect --format '{{{{index .Config.Labels \"{spec}\"}}}}' {alive}", cancel);
        Assert.False(string.IsNullOrWhiteSpace(labels));
        Assert.NotNull(await lab.Tool.InNode(
            LabFixture.Source,
            $"podman create --name {dead} --label io.ms2m.instance={dead} --label io.ms2m.workload={OrdersWorkload.Name}"
            + $" --label '{spec}={labels.Trim()}' {OrdersWorkload.Image}", cancel));
    }

    /// <summary>The names that the command speaks of as removable.</summary>
    private static async Task<IReadOnlyList<string>> Gc(bool dryRun, CancellationToken cancel)
    {
        var said = (await Programs.Client(cancel, dryRun ? ["gc", "--json", "--dry-run"] : ["gc", "--json"])).Succeeded();
        return [.. JsonDocument.Parse(said.Output).RootElement.EnumerateArray()
            .Where(one => one.GetProperty("removable").GetBoolean()).Select(one => one.GetProperty("name").GetString()!)];
    }

    private static async Task Until(Func<Task<bool>> holds, string what, CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"Waited {Patience.TotalSeconds:0} s until {what}.");
            await Task.Delay(Pause, cancel);
        }
    }
}

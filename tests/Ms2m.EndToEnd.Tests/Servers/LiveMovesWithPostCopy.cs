using Ms2m.Cli.Api;
using Ms2m.Cli.Moving;
using Ms2m.Clients;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Servers;

/// <summary>Servers that serve on the target before their memory is there, which follows a page at a time.</summary>
[Collection(LabCollection.Name)]
public sealed class LiveMovesWithPostCopy(LabFixture lab, ITestOutputHelper output)
{
    private const long Mega = 1 << 20;

    private static readonly CancellationToken Cancel = CancellationToken.None;

    private static readonly Move _lazily = new("live", PostCopy: true);

    [Fact]
    public async Task redis_moves_with_its_open_connection_there_and_back()
    {
        await using var server = await ServedWorkload.Start(lab.Cluster, ServerKind.Redis(keys: 10_000), LabFixture.Source, Cancel);
        foreach (var target in (string[])[LabFixture.Target, LabFixture.Source])
        {
            await server.Serves(50, Cancel);
            var migration = await server.Migrate(target, _lazily, Cancel);
            Assert.True(migration.View.Phase == "Completed", $"{migration.View.Phase}: {migration.View.Reason}");
            await server.Serves(50, Cancel);
            await server.Settled(Cancel);
        }

        var settled = await server.Settled(Cancel);
        Flawless(await server.Client.StopAsync(Cancel));
        Assert.Equal(LabFixture.Source, settled.Node);
        Assert.Empty(await lab.Cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, Cancel));
    }

    [Fact]
    public async Task much_memory_is_served_while_it_comes_and_comes_whole()
    {
        await using var server = await ServedWorkload.Start(
            lab.Cluster, ServerKind.Memory(megabytes: 256, percent: 1), LabFixture.Source, Cancel);
        await server.Serves(50, Cancel);
        await lab.Tool.Must(["network", "slow", LabFixture.Target, "400mbit"], Cancel);
        try
        {
            var (before, during) = (0L, 0L);
            var migration = await MigrateAsync(
                server,
                served: () => before = server.Client.SoFar.Requests,
                collected: () => during = server.Client.SoFar.Requests - before);
            output.WriteLine($"{migration.View.Phase} in {migration.View.TotalMs:0} ms; {during} answers while memory came");
            Assert.True(migration.View.Phase == "Completed", $"{migration.View.Phase}: {migration.View.Reason}");
            Assert.True(migration.WorkMs("pages_collected", "bytes") > 250 * Mega, "Its memory came with the checkpoint.");
            Assert.True(migration.WorkMs("transfer_completed", "bytes") < 16 * Mega, "Its checkpoint holds its memory.");
            Assert.True(during > 0, "Nobody was answered before all of the memory had come.");
        }
        finally
        {
            await lab.Tool.Must(["network", "fast", LabFixture.Target], Cancel);
        }

        // More than once around: no page may be another one, and none may be zeros.
        await server.Serves(500, Cancel);
        var settled = await server.Settled(Cancel);
        Flawless(await server.Client.StopAsync(Cancel));
        Assert.Empty(await lab.Cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, Cancel));
    }

    [Fact]
    public async Task a_source_that_dies_before_its_last_page_came_takes_its_copy_along_and_the_result_says_so()
    {
        await using var server = await ServedWorkload.Start(
            lab.Cluster, ServerKind.Memory(megabytes: 256, percent: 1), LabFixture.Source, Cancel);
        await server.Serves(50, Cancel);
        await lab.Tool.Must(["network", "slow", LabFixture.Target, "80mbit"], Cancel);
        try
        {
            var killing = Task.CompletedTask;
            var migration = await MigrateAsync(
                server,
                served: () => killing = lab.Tool.InNode(
                    LabFixture.Source, $"podman kill $(podman ps --quiet --filter name={server.Name}-)", Cancel),
                collected: () => { });
            await killing;
            output.WriteLine($"{migration.View.Phase}: {migration.View.Reason}");
            Assert.Equal("Failed", migration.View.Phase);
            Assert.Equal("MS2M-0307", migration.View.Reason?.Code);
        }
        finally
        {
            await lab.Tool.Must(["network", "fast", LabFixture.Target], Cancel);
        }

        var seen = server.Client.SoFar;
        output.WriteLine($"{seen.Requests} answers; {string.Join(" | ", seen.Problems)}");
        // Cut off it was; what it was told until then was true.
        Assert.Equal((0, 0), (seen.Lost, seen.Duplicated));
        Assert.Empty(await lab.Cluster.Leftovers.Find(server.Name, "nobody", LabFixture.Source, Cancel));
    }

    private async Task<MigrationRecord> MigrateAsync(ServedWorkload server, Action served, Action collected)
    {
        await server.TargetKnows(LabFixture.Target, _lazily, Cancel);
        var requestedAt = TimeProvider.System.GetUtcNow();
        var started = await lab.Cluster.Migrations.Start(server.Name, LabFixture.Target, _lazily, Cancel);
        var events = new List<LogEvent>();
        var ended = await new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System).ToTheEnd(
            (batch, _) =>
            {
                foreach (var happened in batch)
                {
                    events.Add(happened);
                    (happened.Type switch { "instance_activated" => served, "pages_collected" => collected, _ => null })?.Invoke();
                }
            },
            Cancel);
        return new MigrationRecord(ended, events, requestedAt);
    }

    private void Flawless(ClientReport seen)
    {
        output.WriteLine($"{seen.Requests} answers, longest gap {seen.LongestGapMs:0} ms");
        Assert.True(seen.IsFlawless, string.Join(" | ", seen.Problems));
    }
}

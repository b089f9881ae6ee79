using Ms2m.Cli.Moving;
using Ms2m.Clients;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Servers;

/// <summary>Servers that know nothing of this system move, and their clients notice nothing but a pause.</summary>
[Collection(LabCollection.Name)]
public sealed class LiveMoves(LabFixture lab, ITestOutputHelper output)
{
    private static readonly CancellationToken Cancel = CancellationToken.None;

    [Fact]
    public Task redis_moves_with_ten_thousand_keys_and_its_open_connection() => MovesAsync(ServerKind.Redis(keys: 10_000));

    [Fact]
    public Task mosquitto_moves_with_a_publisher_and_a_subscriber() => MovesAsync(ServerKind.Mosquitto);

    [Fact]
    public Task memory_that_changes_all_the_time_moves_whole() => MovesAsync(ServerKind.Memory(megabytes: 64, percent: 20));

    private async Task MovesAsync(ServerKind kind)
    {
        await using var server = await ServedWorkload.Start(lab.Cluster, kind, LabFixture.Source, Cancel);
        foreach (var target in (string[])[LabFixture.Target, LabFixture.Source])
        {
            await server.Serves(50, Cancel);
            var migration = await server.Migrate(target, new Move("live"), Cancel);
            output.WriteLine($"{kind.Image}: {migration.View.Phase} in {migration.View.TotalMs:0} ms, frozen {migration.View.FrozenMs:0} ms");
            Assert.True(migration.View.Phase == "Completed", $"{migration.View.Phase}: {migration.View.Reason}");
            await server.Serves(50, Cancel);
            await server.Settled(Cancel);
        }

        var settled = await server.Settled(Cancel);
        var seen = await server.Client.StopAsync(Cancel);
        Flawless(seen);
        Assert.Equal(LabFixture.Source, settled.Node);
        Assert.Empty(await lab.Cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, Cancel));
    }

    private void Flawless(ClientReport seen)
    {
        output.WriteLine($"{seen.Requests} answers, longest gap {seen.LongestGapMs:0} ms");
        Assert.True(seen.IsFlawless, string.Join(" | ", seen.Problems));
    }
}

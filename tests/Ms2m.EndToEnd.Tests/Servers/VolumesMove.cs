using System.Text.Json;
using Ms2m.Cli.Moving;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Servers;

/// <summary>What a server keeps in files moves with it, and most of it before anybody has to wait.</summary>
[Collection(LabCollection.Name)]
public sealed class VolumesMove(LabFixture lab, ITestOutputHelper output)
{
    private const long Ballast = 100_000_000;

    private static readonly CancellationToken Cancel = CancellationToken.None;

    [Fact]
    public async Task redis_moves_with_its_append_only_file_and_a_hundred_megabytes_beside_it()
    {
        await using var server = await ServedWorkload.Start(
            lab.Cluster, ServerKind.PersistentRedis(keys: 1000), LabFixture.Source, Cancel);
        await server.Serves(50, Cancel);
        var source = await server.Settled(Cancel);
        var here = FolderOf(source.InstanceId!);
        var made = await lab.Tool.InNode(
            LabFixture.Source, $"cd {here} && head -c {Ballast} /dev/urandom >ballast && mkdir sub && ln ballast sub/same && sha256sum ballast", Cancel);

        var migration = await server.Migrate(LabFixture.Target, new Move("live"), Cancel);
        Assert.True(migration.View.Phase == "Completed", $"{migration.View.Phase}: {migration.View.Reason}");
        var ahead = Assert.Single(migration.Events, one => one.Type == "pre_copied").Data;
        var last = Assert.Single(migration.Events, one => one.Type == "transfer_completed").Data;
        output.WriteLine($"{migration.View.TotalMs:0} ms, frozen {migration.View.FrozenMs:0} ms; ahead {ahead}; then {last}");
        await server.Serves(50, Cancel);

        var settled = await server.Settled(Cancel);
        var there = FolderOf(settled.InstanceId!);
        Assert.Equal(made, await lab.Tool.InNode(LabFixture.Target, $"cd {there} && sha256sum ballast", Cancel));
        Assert.Equal("same", (await lab.Tool.InNode(
            LabFixture.Target, $"[ {there}/ballast -ef {there}/sub/same ] && echo same", Cancel))?.Trim());
        // It goes on writing into its own file, not into one that is left of another.
        Assert.NotEqual(await SizeAsync(there), await GrownAsync(server, there));
        Assert.True(ahead.GetProperty("volumes").EnumerateArray().Sum(WireBytes) > Ballast);
        Assert.InRange(last.GetProperty("volumeWireBytes").GetInt64(), 1, 5_000_000);
        Assert.Equal("0", (await lab.Tool.InNode(LabFixture.Source, $"ls -d {here} 2>/dev/null | wc -l", Cancel))?.Trim());

        var seen = await server.Client.StopAsync(Cancel);
        output.WriteLine($"{seen.Requests} answers, longest gap {seen.LongestGapMs:0} ms");
        Assert.True(seen.IsFlawless, string.Join(" | ", seen.Problems));
        Assert.Empty(await lab.Cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, Cancel));
    }

    private static string FolderOf(string instance) => $"/var/lib/containers/storage/volumes/ms2m.{instance}.data/_data";

    private static long WireBytes(JsonElement round) => round.GetProperty("wireBytes").GetInt64();

    private async Task<string?> SizeAsync(string folder) =>
        await lab.Tool.InNode(LabFixture.Target, $"cat {folder}/appendonlydir/*.aof | wc -c", Cancel);

    private async Task<string?> GrownAsync(ServedWorkload server, string folder)
    {
        await server.Serves(100, Cancel);
        return await SizeAsync(folder);
    }
}

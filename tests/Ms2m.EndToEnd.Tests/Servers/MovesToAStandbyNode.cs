using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Cli.Moving;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Servers;

/// <summary>A workload that has said where it may go has most of its memory there before anybody moves it.</summary>
[Collection(LabCollection.Name)]
public sealed class MovesToAStandbyNode(LabFixture lab, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly CancellationToken Cancel = CancellationToken.None;

    [Fact]
    public async Task a_migration_there_sends_only_what_has_changed_since_the_last_round()
    {
        var kind = ServerKind.Memory(megabytes: 64, percent: 0.1) with
        {
            Traits = new WorkloadTraits { Standby = new Standby([LabFixture.Target], Standby.LeastSeconds) },
        };
        // It begins on its standby node: a round in its first moment would find next to nothing.
        await using var server = await ServedWorkload.Start(lab.Cluster, kind, LabFixture.Target, Cancel);
        await server.Serves(50, Cancel);
        var away = await server.Migrate(LabFixture.Source, new Move("live"), Cancel);
        Assert.True(away.View.Phase == "Completed", $"{away.View.Phase}: {away.View.Reason}");
        var known = await KnownAsync(server.Name);
        output.WriteLine($"{known.Node} knows {known.Bytes} bytes, {known.SentBytes} sent in the last round");
        Assert.True(known.Bytes > 64_000_000, $"{known.Bytes} bytes are less than it has");

        var migration = await server.Migrate(LabFixture.Target, new Move("live", new TransferOptions(TransferMode.Delta)), Cancel);

        Assert.True(migration.View.Phase == "Completed", $"{migration.View.Phase}: {migration.View.Reason}");
        var ahead = Assert.Single(migration.Events, one => one.Type == "pre_copied").Data;
        var last = Assert.Single(migration.Events, one => one.Type == "transfer_completed").Data;
        output.WriteLine($"{migration.View.TotalMs:0} ms, frozen {migration.View.FrozenMs:0} ms; ahead {ahead}; then {last}");
        var sent = ahead.GetProperty("rounds").EnumerateArray().Sum(WireBytes) + WireBytes(last);
        Assert.True(sent < 20_000_000, $"{sent} bytes were sent for memory that the target knew");
        await server.Serves(50, Cancel);
        var settled = await server.Settled(Cancel);
        Assert.Equal(LabFixture.Target, settled.Node);
        var seen = await server.Client.StopAsync(Cancel);
        Assert.True(seen.IsFlawless, string.Join(" | ", seen.Problems));
        // It is where it was expected: nobody needs to know more of it there.
        Assert.Null(settled.Standby);
        Assert.Equal("0", (await lab.Tool.InNode(
            LabFixture.Target, $"ls -d /var/lib/ms2m/checkpoints/base/{server.Name}/standby-* 2>/dev/null | wc -l", Cancel))?.Trim());
    }

    private static long WireBytes(JsonElement what) => what.GetProperty("wireBytes").GetInt64();

    private async Task<StandbyView> KnownAsync(string workload)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var said = "";
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            var answer = await lab.Cluster.Engine.Workloads(Cancel);
            if (answer.As<List<WorkloadView>>().FirstOrDefault(one => one.Name == workload)?.Standby is [{ AgeMs: not null } known])
            {
                return known;
            }

            said = $"{answer}";
            await Task.Delay(100, Cancel);
        }

        throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s for the standby node to know something of {workload}: {said}");
    }
}

using Ms2m.Cli.Moving;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Servers;

/// <summary>A target that cannot take over costs the clients a pause and no connection.</summary>
[Collection(LabCollection.Name)]
public sealed class LiveMovesThatFail(LabFixture lab, ITestOutputHelper output)
{
    private const string Away = "mv /usr/sbin/criu /usr/sbin/criu.away";
    private const string Back = "mv /usr/sbin/criu.away /usr/sbin/criu";

    private static readonly CancellationToken Cancel = CancellationToken.None;

    [Fact]
    public async Task a_target_that_cannot_restore_lets_the_source_go_on_over_the_same_connection()
    {
        await using var server = await ServedWorkload.Start(lab.Cluster, ServerKind.Redis(keys: 1000), LabFixture.Source, Cancel);
        await server.Serves(50, Cancel);
        Assert.NotNull(await lab.Tool.InNode(LabFixture.Target, Away, Cancel));
        try
        {
            var migration = await server.Migrate(LabFixture.Target, new Move("live"), Cancel);
            output.WriteLine($"{migration.View.Phase}: {migration.View.Reason}");
            Assert.Equal("RolledBack", migration.View.Phase);
            Assert.Equal("MS2M-2401", migration.View.Reason?.Code);
        }
        finally
        {
            Assert.NotNull(await lab.Tool.InNode(LabFixture.Target, Back, Cancel));
        }

        await GoesOnAsync(server);
    }

    [Fact]
    public async Task a_checkpoint_that_does_not_arrive_lets_the_source_go_on_over_the_same_connection()
    {
        await using var server = await ServedWorkload.Start(lab.Cluster, ServerKind.Redis(keys: 1000), LabFixture.Source, Cancel);
        await server.Serves(50, Cancel);
        await lab.Tool.Must(["network", "cut", LabFixture.Source, LabFixture.Target], Cancel);
        try
        {
            var migration = await server.Migrate(LabFixture.Target, new Move("live"), Cancel);
            output.WriteLine($"{migration.View.Phase}: {migration.View.Reason}");
            Assert.Equal("RolledBack", migration.View.Phase);
        }
        finally
        {
            await lab.Tool.Must(["network", "heal"], Cancel);
        }

        await GoesOnAsync(server);
    }

    private async Task GoesOnAsync(ServedWorkload server)
    {
        await server.Serves(50, Cancel);
        var settled = await server.Settled(Cancel);
        var seen = await server.Client.StopAsync(Cancel);
        output.WriteLine($"{seen.Requests} answers, longest gap {seen.LongestGapMs:0} ms");
        Assert.True(seen.IsFlawless, string.Join(" | ", seen.Problems));
        Assert.Equal(LabFixture.Source, settled.Node);
        Assert.Empty(await lab.Cluster.Leftovers.Find(server.Name, settled.InstanceId!, settled.Node!, Cancel));
    }
}

using System.Text.Json.Nodes;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Whole;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>A node that is to be emptied, on a real broker and a real store.</summary>
public sealed class DrainingANode(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task a_cordoned_and_marked_node_loses_its_workloads_to_another()
    {
        await using var shop = await Shop.OpenAsync(fixture, "drained");
        await using var engine = await shop.EngineAsync();

        await MarkAsync(shop);
        await Shop.WaitAsync("somebody has asked", () => Drains(shop).Count == 1);
        var asked = Drains(shop)[0];
        await shop.UntilAsync("it has ended", one => Shop.Condition(one, "Completed") is { Status: "True" }, asked.Metadata.Name!);

        Assert.Equal((shop.PodName, "node-b"), (asked.Spec!.SourcePod, asked.Spec.TargetNode));
        var requested = Assert.IsType<MigrationRequested>((await Shop.LogAsync(engine, asked))[0]);
        Assert.StartsWith("kubernetes:shop-drained/drain-drained-0-", requested.RequestedBy, StringComparison.Ordinal);
        // Its pod is still there in this cluster, as nobody has removed it: it was moved, and once is enough.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Assert.Single(Drains(shop));
    }

    [Fact]
    public async Task one_that_fails_is_asked_for_again()
    {
        await using var shop = await Shop.OpenAsync(fixture, "stubborn");
        var left = 1;
        shop.Workers.Instead[nameof(TakeCheckpoint)] = command => Interlocked.Decrement(ref left) < 0
            ? [
                new CheckpointTaken(command.GetProperty("migrationId").GetGuid(), StepNames.TakeCheckpoint, 1, "node-a", 1, 1),
                new TransferCompleted(command.GetProperty("migrationId").GetGuid(), StepNames.SendCheckpoint, 1, "node-a", 1, "d", 1),
            ]
            : [new StepFailed(
                command.GetProperty("migrationId").GetGuid(), StepNames.TakeCheckpoint, 1, "node-a", new Failure("MS2M-2201", "No.", "x"), false)];
        await using var engine = await shop.EngineAsync();
        await MarkAsync(shop);

        await Shop.WaitAsync("it was moved the second time", () =>
            Drains(shop).Any(one => Shop.Condition(one, "Completed") is { Status: "True" }));

        var drains = Drains(shop);
        Assert.Equal(["Completed", "RolledBack"], drains.Select(one => one.Status!.Phase).Order());
        Assert.Contains("RolledBack", shop.Said("Warning"));
    }

    [Fact]
    public async Task nothing_new_begins_when_the_mark_is_taken_away()
    {
        await using var shop = await Shop.OpenAsync(fixture, "spared");
        await using var engine = await shop.EngineAsync();
        await MarkAsync(shop, drain: false);

        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);

        Assert.Empty(Drains(shop));
    }

    internal static List<StatefulMigration> Drains(Shop shop) =>
        [.. shop.Cluster.All(Kinds.Migrations).Where(one => one.Metadata.Label(Markings.DrainedNode) == "node-a")];

    private static async Task MarkAsync(Shop shop, bool drain = true) => Assert.Null((await shop.Cluster.PatchAsync(
        Kinds.Nodes, new ObjectName(null, "node-a"),
        Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = drain ? new JsonObject { [Markings.Drain] = "true" } : null },
            ["spec"] = new JsonObject { ["unschedulable"] = true },
        }),
        CancellationToken.None)).Problem);
}

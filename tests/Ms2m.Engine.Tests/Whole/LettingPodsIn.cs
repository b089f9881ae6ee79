using System.Diagnostics;
using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Pods that somebody else starts, and that wait for the engine.</summary>
public sealed class LettingPodsIn(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task a_pod_that_its_owner_starts_is_let_in_once_and_only_while_there_is_no_other()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        var spec = new WorkloadSpec("found", "image", "found", new Dictionary<string, string>())
        {
            Pod = new WorkloadPod("shop", "orders", PodOwner.ReplicaSet, "found-7f"),
        };
        await fleet.ReportAsync("node-a");
        await fleet.ReportAsync("node-b");

        await fleet.SendAsync("Ms2m.Contracts:WorkloadFound", new WorkloadFound("node-a", "found-1", spec));
        await EventuallyAsync("it is let in", () => !fleet.Ordered.IsEmpty);
        await fleet.SendAsync("Ms2m.Contracts:WorkloadFound", new WorkloadFound("node-b", "found-2", spec));
        await fleet.ReportAsync("node-a", ScriptedFleet.Active("found-1", "found"));
        await fleet.SendAsync("Ms2m.Contracts:WorkloadFound", new WorkloadFound("node-b", "found-2", spec));
        // Another one's order shows that both had their turn.
        await fleet.SendAsync("Ms2m.Contracts:WorkloadFound", new WorkloadFound("node-b", "mark-1", spec with { Name = "mark", Queue = "mark" }));
        await EventuallyAsync("the mark is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "mark-1"));

        Assert.Equal(["found-1"], fleet.Ordered.Where(order => order.Type == nameof(RunWorkload))
            .Select(order => InstanceOf(order.Body)).Where(one => one != "mark-1").Distinct());
    }

    private static string? InstanceOf(JsonElement order) => order.GetProperty("instanceId").GetString();

    private static async Task EventuallyAsync(string what, Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Waited 30 s until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}

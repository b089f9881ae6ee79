using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Pods that somebody else starts, and that wait for the engine.</summary>
public sealed class LettingPodsIn(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const string Found = "Ms2m.Contracts:WorkloadFound";

    [Fact]
    public async Task a_pod_that_its_owner_starts_is_let_in_once_and_only_while_there_is_no_other()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        var spec = SpecOf("found");
        await fleet.ReportAsync("node-a");
        await fleet.ReportAsync("node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-a", "found-1", spec));
        await EventuallyAsync("it is let in", () => !fleet.Ordered.IsEmpty);
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "found-2", spec));
        await fleet.ReportAsync("node-a", ScriptedFleet.Active("found-1", "found"));
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "found-2", spec));
        // Another one's order shows that both had their turn.
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "mark-1", spec with { Name = "mark", Queue = "mark" }));
        await EventuallyAsync("the mark is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "mark-1"));

        Assert.Equal(["found-1"], fleet.Ordered.Where(order => order.Type == nameof(RunWorkload))
            .Select(order => InstanceOf(order.Body)).Where(one => one != "mark-1").Distinct());
    }

    [Fact]
    public async Task an_instance_whose_container_has_ended_gives_way_to_the_one_that_was_started_in_its_place()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        var pods = new SimulatedCluster();
        await using var engine = await fixture.StartEngineAsync(edges: services => services.AddSingleton<IKubernetesApi>(pods));
        await fleet.ReportAsync("node-a", Instance("ended-1", "ended") with { State = "exited" });
        await fleet.ReportAsync("node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-a", "ended-1-1", SpecOf("ended")));

        await EventuallyAsync("it is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "ended-1-1"));
    }

    [Fact]
    public async Task an_instance_on_a_silent_node_holds_its_place_until_its_pod_is_gone()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        var pods = new SimulatedCluster();
        pods.Given(Kinds.Pods, Objects.Pod("shop", "silent-0", "node-a", (Markings.Instance, "silent-1"), (Markings.Workload, "silent")));
        await using var engine = await fixture.StartEngineAsync(edges: services => services.AddSingleton<IKubernetesApi>(pods));
        // Three of its intervals are over before anybody can look.
        await fleet.SendAsync(Names.NodeReports, new NodeReported(
            "node-a", "http://node-a:8490", DateTimeOffset.UtcNow, 1, new Dictionary<string, string>(), 2, 8L << 30, 4L << 30, 2L << 30, [],
            [Instance("silent-1", "silent")]));
        await fleet.ReportAsync("node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-b", "silent-2", SpecOf("silent")));
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "mark-2", SpecOf("mark-2")));
        await EventuallyAsync("the mark is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "mark-2"));
        Assert.DoesNotContain(fleet.Ordered, order => InstanceOf(order.Body) == "silent-2");

        await pods.DeleteAsync(Kinds.Pods, new ObjectName("shop", "silent-0"), new Deletion { GracePeriodSeconds = 0 }, CancellationToken.None);
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "silent-2", SpecOf("silent")));

        await EventuallyAsync("it is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "silent-2"));
    }

    private static InstanceReported Instance(string id, string workload) => ScriptedFleet.Active(id, workload) with { Spec = SpecOf(workload) };

    private static WorkloadSpec SpecOf(string workload) => new(workload, "image", workload, new Dictionary<string, string>())
    {
        Pod = new WorkloadPod("shop", "orders", PodOwner.ReplicaSet, $"{workload}-7f"),
    };

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

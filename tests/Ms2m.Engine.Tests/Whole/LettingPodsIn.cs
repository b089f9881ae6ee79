using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
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
        await ReportAsync(engine, fleet, "node-a");
        await ReportAsync(engine, fleet, "node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-a", "found-00000001", spec));
        await EventuallyAsync("it is let in", () => !fleet.Ordered.IsEmpty);
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "found-00000002", spec));
        await ReportAsync(engine, fleet, "node-a", ScriptedFleet.Active("found-00000001", "found"));
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "found-00000002", spec));
        // Another one's order shows that both had their turn.
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "mark-00000001", spec with { Name = "mark", Queue = "mark" }));
        await EventuallyAsync("the mark is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "mark-00000001"));

        Assert.Equal(["found-00000001"], fleet.Ordered.Where(order => order.Type == nameof(RunWorkload))
            .Select(order => InstanceOf(order.Body)).Where(one => one != "mark-00000001").Distinct());
    }

    [Fact]
    public async Task an_instance_whose_container_has_ended_gives_way_to_the_one_that_was_started_in_its_place()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        var pods = new SimulatedCluster();
        await using var engine = await fixture.StartEngineAsync(edges: services => services.AddSingleton<IKubernetesApi>(pods));
        await ReportAsync(engine, fleet, "node-a", Instance("ended-00000001", "ended") with { State = "exited" });
        await ReportAsync(engine, fleet, "node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-a", "ended-00000001-1", SpecOf("ended")));

        await EventuallyAsync("it is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "ended-00000001-1"));
    }

    [Fact]
    public async Task an_instance_on_a_silent_node_holds_its_place_until_its_pod_is_gone()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        var pods = new SimulatedCluster();
        pods.Given(Kinds.Pods, Objects.Pod("shop", "silent-0", "node-a", (Markings.Instance, "silent-00000001"), (Markings.Workload, "silent")));
        await using var engine = await fixture.StartEngineAsync(edges: services => services.AddSingleton<IKubernetesApi>(pods));
        // Three of its intervals are over before anybody can look.
        await fleet.SendAsync(Names.NodeReports, new NodeReported(
            "node-a", "http://node-a:8490", DateTimeOffset.UtcNow, 1, new Dictionary<string, string>(), 2, 8L << 30, 4L << 30, 2L << 30, [],
            [Instance("silent-00000001", "silent")]));
        await StoredAsync(engine, "node-a", "silent-00000001");
        await ReportAsync(engine, fleet, "node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-b", "silent-00000002", SpecOf("silent")));
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "mark2-00000001", SpecOf("mark2")));
        await EventuallyAsync("the mark is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "mark2-00000001"));
        Assert.DoesNotContain(fleet.Ordered, order => InstanceOf(order.Body) == "silent-00000002");

        await pods.DeleteAsync(Kinds.Pods, new ObjectName("shop", "silent-0"), new Deletion { GracePeriodSeconds = 0 }, CancellationToken.None);
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "silent-00000002", SpecOf("silent")));

        await EventuallyAsync("it is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "silent-00000002"));
    }

    [Fact]
    public async Task whoever_was_the_workload_before_is_shut_out_first_though_nobody_reports_it_any_more()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        var users = engine.Services.GetRequiredService<BrokerUsers>();
        await users.PutAsync(Names.InstanceUser("vanished-0000000a"), "p", CancellationToken.None);
        await ReportAsync(engine, fleet, "node-a");
        await ReportAsync(engine, fleet, "node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-b", "vanished-0000000b", SpecOf("vanished")));
        await EventuallyAsync("it is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "vanished-0000000b"));

        var names = await users.NamesAsync(CancellationToken.None);
        Assert.DoesNotContain(Names.InstanceUser("vanished-0000000a"), names);
        Assert.Contains(Names.InstanceUser("vanished-0000000b"), names);
    }

    [Fact]
    public async Task nobody_is_let_in_beside_a_pod_that_is_there_though_its_worker_does_not_see_it()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        var pods = new SimulatedCluster();
        pods.Given(Kinds.Pods, Objects.Pod("shop", "unseen-0", "node-a", (Markings.Instance, "unseen-0000000a"), (Markings.Workload, "unseen")));
        await using var engine = await fixture.StartEngineAsync(edges: services => services.AddSingleton<IKubernetesApi>(pods));
        var users = engine.Services.GetRequiredService<BrokerUsers>();
        await users.PutAsync(Names.InstanceUser("unseen-0000000a"), "p", CancellationToken.None);
        await ReportAsync(engine, fleet, "node-a");
        await ReportAsync(engine, fleet, "node-b");

        await fleet.SendAsync(Found, new WorkloadFound("node-b", "unseen-0000000b", SpecOf("unseen")));
        await fleet.SendAsync(Found, new WorkloadFound("node-b", "mark3-0000000a", SpecOf("mark3")));
        await EventuallyAsync("the mark is let in", () => fleet.Ordered.Any(order => InstanceOf(order.Body) == "mark3-0000000a"));

        Assert.DoesNotContain(fleet.Ordered, order => InstanceOf(order.Body) == "unseen-0000000b");
        Assert.Contains(Names.InstanceUser("unseen-0000000a"), await users.NamesAsync(CancellationToken.None));
    }

    private static InstanceReported Instance(string id, string workload) => ScriptedFleet.Active(id, workload) with { Spec = SpecOf(workload) };

    private static WorkloadSpec SpecOf(string workload) => new(workload, "image", workload, new Dictionary<string, string>())
    {
        Pod = new WorkloadPod("shop", "orders", PodOwner.ReplicaSet, $"{workload}-7f"),
    };

    private static string? InstanceOf(JsonElement order) => order.GetProperty("instanceId").GetString();

    /// <summary>Reports and found pods come by two queues: who is not waited for here may be read last.</summary>
    private static async Task ReportAsync(RunningEngine engine, ScriptedFleet fleet, string node, params InstanceReported[] instances)
    {
        await fleet.ReportAsync(node, instances);
        await StoredAsync(engine, node, [.. instances.Select(one => one.InstanceId)]);
    }

    private static async Task StoredAsync(RunningEngine engine, string node, params string[] instances)
    {
        var reader = engine.Services.GetRequiredService<ClusterReader>();
        await EventuallyAsync($"the report of {node} is stored", async () => (await reader.NodesAsync(CancellationToken.None))
            .Any(one => one.Node == node && one.Instances.Select(there => there.InstanceId).SequenceEqual(instances)));
    }

    private static Task EventuallyAsync(string what, Func<bool> condition) =>
        EventuallyAsync(what, () => Task.FromResult(condition()));

    private static async Task EventuallyAsync(string what, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Waited 30 s until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}

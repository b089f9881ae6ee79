using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>The client before a real server: what the recordings say, said again by the one that it will meet.</summary>
public sealed class ServerTests(RealClusterConnection cluster) : IClassFixture<RealClusterConnection>
{
    private KubernetesClient Client => cluster.Client;

    [RealClusterFact]
    public async Task the_server_says_its_version()
    {
        var version = await Client.VersionAsync(default);

        Assert.Null(version.Problem);
        Assert.StartsWith("v1.", version.Value, StringComparison.Ordinal);
    }

    [RealClusterFact]
    public async Task nodes_say_what_they_are_and_which_runtime_they_have()
    {
        var nodes = await Client.ListAsync(Kinds.Nodes, Selection.All, default);

        Assert.Null(nodes.Problem);
        Assert.NotEmpty(nodes.Value.Items);
        Assert.All(nodes.Value.Items, node =>
        {
            Assert.Equal("Node", node.Kind);
            Assert.Matches("^[a-z-]+://", node.Status?.NodeInfo?.ContainerRuntimeVersion);
        });
    }

    [RealClusterFact]
    public async Task a_page_at_a_time_makes_the_same_list_as_all_at_once()
    {
        var ns = await cluster.NamespaceAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            Assert.Null((await Client.CreateAsync(Kinds.Leases, Lease(ns, name), default)).Problem);
        }

        using var slow = RealClusterConnection.Another(new ClientLimits { PageSize = 1 });
        var leases = await slow.ListAsync(Kinds.Leases, new Selection(ns), default);

        Assert.Equal(["a", "b", "c"], leases.Value.Items.Select(lease => lease.Metadata.Name));
    }

    [RealClusterFact]
    public async Task a_lease_is_made_once_changed_by_whoever_saw_it_last_and_gone_when_it_is_deleted()
    {
        var ns = await cluster.NamespaceAsync();
        var name = new ObjectName(ns, "leader");
        var made = (await Client.CreateAsync(Kinds.Leases, Lease(ns, "leader"), default)).Value;
        Assert.True((await Client.CreateAsync(Kinds.Leases, Lease(ns, "leader"), default)).Problem?.Exists);

        var renewed = await Client.ReplaceAsync(Kinds.Leases, made with { Spec = made.Spec! with { HolderIdentity = "two" } }, default);
        Assert.Equal("two", renewed.Value.Spec?.HolderIdentity);
        Assert.True((await Client.ReplaceAsync(Kinds.Leases, made with { Spec = made.Spec! with { HolderIdentity = "late" } }, default)).Problem?.IsConflict);

        var wrong = new Deletion { Uid = "00000000-0000-0000-0000-000000000000" };
        Assert.True((await Client.DeleteAsync(Kinds.Leases, name, wrong, default)).Problem?.IsConflict);
        Assert.True((await Client.DeleteAsync(Kinds.Leases, name, new Deletion { Uid = made.Metadata.Uid, ResourceVersion = "1" }, default)).Problem?.IsConflict);
        Assert.Null((await Client.DeleteAsync(Kinds.Leases, name, new Deletion { Uid = made.Metadata.Uid }, default)).Problem);
        Assert.True((await Client.GetAsync(Kinds.Leases, name, default)).Problem?.IsMissing);
    }

    [RealClusterFact]
    public async Task every_way_to_change_a_thing_is_understood()
    {
        var ns = await cluster.NamespaceAsync();
        var name = new ObjectName(ns, "thing");
        var made = (await Client.CreateAsync(Kinds.Leases, Lease(ns, "thing"), default)).Value;

        var merged = await Client.PatchAsync(Kinds.Leases, name, Patch.Merge(Labels(made.Metadata.ResourceVersion, ("way", "merge"))), default);
        Assert.Equal("merge", merged.Value.Metadata.Label("way"));
        Assert.True((await Client.PatchAsync(
            Kinds.Leases, name, Patch.Merge(Labels(made.Metadata.ResourceVersion, ("way", "late"))), default)).Problem?.IsConflict);

        var strategic = await Client.PatchAsync(Kinds.Leases, name, Patch.Strategic(Labels(null, ("way", "strategic"))), default);
        Assert.Equal("strategic", strategic.Value.Metadata.Label("way"));

        var operations = JsonNode.Parse("""[{"op":"test","path":"/metadata/labels/way","value":"x"}]""")!.AsArray();
        Assert.Equal(422, (await Client.PatchAsync(Kinds.Leases, name, Patch.Operations(operations), default)).Problem?.Code);

        JsonObject Applied(string holder) => new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = "thing" },
            ["spec"] = new JsonObject { ["holderIdentity"] = holder },
        };
        Assert.True((await Client.PatchAsync(Kinds.Leases, name, Patch.Apply(Applied("other"), "test"), default)).Problem?.IsConflict);
        var forced = await Client.PatchAsync(Kinds.Leases, name, Patch.Apply(Applied("other"), "test", force: true), default);
        Assert.Equal("other", forced.Value.Spec?.HolderIdentity);
    }

    [RealClusterFact]
    public async Task a_watch_tells_what_is_there_and_what_becomes_of_it()
    {
        var ns = await cluster.NamespaceAsync();
        await Client.CreateAsync(Kinds.Leases, Lease(ns, "first"), default);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var news = Client.WatchAsync(Kinds.Leases, new Selection(ns), over.Token).GetAsyncEnumerator(over.Token);

        Assert.Equal(["Restarted ", "Present first", "Synchronized "], [await NextAsync(), await NextAsync(), await NextAsync()]);
        await Client.CreateAsync(Kinds.Leases, Lease(ns, "second"), default);
        Assert.Equal("Present second", await NextAsync());
        await Client.DeleteAsync(Kinds.Leases, new ObjectName(ns, "first"), new Deletion(), default);
        Assert.Equal("Gone first", await NextAsync());

        async Task<string> NextAsync()
        {
            Assert.True(await news.MoveNextAsync());
            return $"{news.Current.Kind} {news.Current.What?.Metadata.Name}";
        }
    }

    [RealClusterFact]
    public async Task a_watch_goes_on_where_the_server_ended_it()
    {
        var ns = await cluster.NamespaceAsync();
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var brief = RealClusterConnection.Another(new ClientLimits { Watch = TimeSpan.FromSeconds(1) });
        await using var news = brief.WatchAsync(Kinds.Leases, new Selection(ns), over.Token).GetAsyncEnumerator(over.Token);
        for (var kind = WatchedKind.Restarted; kind != WatchedKind.Synchronized; kind = news.Current.Kind)
        {
            Assert.True(await news.MoveNextAsync());
        }

        // Waits over several watches: each lasts a second, as the server keeps it.
        var next = news.MoveNextAsync().AsTask();
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, over.Token);
        await Client.CreateAsync(Kinds.Leases, Lease(ns, "late"), default);

        Assert.True(await next);
        Assert.Equal((WatchedKind.Present, "late"), (news.Current.Kind, news.Current.What?.Metadata.Name));
    }

    [RealClusterFact]
    public async Task what_is_read_of_a_real_object_can_be_written_back_without_changing_it()
    {
        var ns = await cluster.NamespaceAsync();
        var pod = JsonSerializer.Deserialize(
            $$$$"""
            {"metadata":{"name":"p","namespace":"{{{{ns}}}}"},"spec":{"nodeSelector":{"no":"where"},"terminationGracePeriodSeconds":0,
             "containers":[{"name":"c","image":"none.invalid/none:1","env":[{"name":"A","value":"<&>"}],"resources":{"limits":{"cpu":"100m"}}}]}}
            """, KubernetesJson.Default.Pod)!;
        var made = (await Client.CreateAsync(Kinds.Pods, pod, default)).Value;
        // The scheduler writes its condition, too: what comes last is what counts.
        await RealClusterConnection.EventuallyAsync("the pod to be unschedulable", async cancel =>
            (made = (await Client.GetAsync(Kinds.Pods, new ObjectName(ns, "p"), cancel)).Value).Status?.Conditions is { Count: > 0 });

        var same = await Client.ReplaceAsync(Kinds.Pods, made, default);

        Assert.Null(same.Problem);
        // An update that changes nothing makes no new version.
        Assert.Equal(made.Metadata.ResourceVersion, same.Value.Metadata.ResourceVersion);
    }

    [RealClusterFact]
    public async Task a_checkpoint_of_a_pod_that_is_not_there_is_refused_by_its_kubelet()
    {
        var nodes = await Client.ListAsync(Kinds.Nodes, Selection.All, default);
        var order = new CheckpointOrder(nodes.Value.Items[0].Metadata.Name!, "default", "ms2m-test-nobody", "c");

        var problem = (await Client.CheckpointAsync(order, default)).Problem;

        Assert.Equal((404, "pod does not exist"), (problem?.Code, problem?.Message));
    }

    [RealClusterFact]
    public async Task a_migration_can_be_asked_for_where_its_definition_is_installed()
    {
        var ns = await cluster.NamespaceAsync();
        var wanted = new StatefulMigration
        {
            Metadata = new ObjectMeta { Name = "m", Namespace = ns },
            Spec = new StatefulMigrationSpec { SourcePod = "nobody", TargetNode = "nowhere" },
        };
        var made = await Client.CreateAsync(Kinds.Migrations, wanted, default);
        if (made.Problem is { Code: 404 })
        {
            // Not installed: then no list may be had either.
            Assert.True((await Client.ListAsync(Kinds.Migrations, Selection.All, default)).Problem?.IsMissing);
            return;
        }

        Assert.Null(made.Problem);
        var status = new JsonObject { ["status"] = new JsonObject { ["phase"] = "Failed" } };
        var told = await Client.PatchAsync(Kinds.Migrations, new ObjectName(ns, "m"), Patch.Merge(status), default, "status");
        Assert.Null(told.Problem);
        var nonsense = new JsonObject { ["spec"] = new JsonObject { ["targetNode"] = 7 } };
        var refused = (await Client.PatchAsync(Kinds.Migrations, new ObjectName(ns, "m"), Patch.Merge(nonsense), default)).Problem;
        Assert.Contains(refused?.Code, new int?[] { 400, 422 });
    }

    private static JsonObject Labels(string? version, params (string Name, string Value)[] labels)
    {
        var metadata = new JsonObject
        {
            ["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Name, (JsonNode?)label.Value))),
        };
        if (version is not null)
        {
            metadata["resourceVersion"] = version;
        }

        return new JsonObject { ["metadata"] = metadata };
    }

    private static Lease Lease(string ns, string name) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = ns },
        Spec = new LeaseSpec { HolderIdentity = "one", LeaseDurationSeconds = 15, RenewTime = "2026-11-20T15:00:00.123456Z" },
    };
}

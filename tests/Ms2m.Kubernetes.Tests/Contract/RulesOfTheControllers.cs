using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Contract;

/// <summary>What the owners of pods do; each of these is what a migration relies on.</summary>
internal static class RulesOfTheControllers
{
    private const string Cost = "controller.kubernetes.io/pod-deletion-cost";

    // 032, 033
    public static async Task a_stateful_set_names_and_marks_its_pods(Ground ground)
    {
        await SetAsync(ground, replicas: 2);

        var (pod, set) = ((await ground.PodAsync("set-1"))!, await SetOf(ground));
        Assert.Equal("set-1", pod.Metadata.Label("statefulset.kubernetes.io/pod-name"));
        Assert.Equal("1", pod.Metadata.Label("apps.kubernetes.io/pod-index"));
        Assert.Equal(set.Status?.UpdateRevision, pod.Metadata.Label("controller-revision-hash"));
        Assert.Equal(set.Status?.CurrentRevision, set.Status?.UpdateRevision);
        Assert.Equal(set.Metadata.Uid, pod.Metadata.Controller?.Uid);
        Assert.Equal((set.Metadata.Generation, 2, 2), (set.Status?.ObservedGeneration, set.Status?.Replicas, set.Status?.ReadyReplicas));
    }

    // 065
    public static async Task a_stateful_set_gives_up_its_highest(Ground ground)
    {
        await SetAsync(ground, replicas: 2);

        await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 1, default);

        await ground.GoneAsync("set-1");
        Assert.False((await ground.PodAsync("set-0"))!.Metadata.IsGoing);
        await ground.UntilAsync("it counts one", async () => await SetOf(ground) is { Status: { Replicas: 1, ObservedGeneration: 2 } });
    }

    // 068 to 074
    public static async Task a_stateful_set_takes_over_a_pod_of_its_name_once_it_has_its_labels(Ground ground)
    {
        await SetAsync(ground, replicas: 1);
        var labels = (await ground.PodAsync("set-0"))!.Metadata.Labels!;
        await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 0, default);
        await ground.GoneAsync("set-0");
        await ground.UntilAsync("it counts none", async () => await SetOf(ground) is { Status.Replicas: 0 });
        var copy = await ground.MadeAsync(Kinds.Pods, Objects.Pod(ground.Namespace, "set-0", ground.Nodes[^1], ("migration", "m1")));
        await ground.ReadyAsync("set-0");

        await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 1, default);
        // It says so although the name is taken, which it tries in vain to give.
        await ground.UntilAsync("it has heard of it", async () => await SetOf(ground) is { Status.ObservedGeneration: 3 });
        Assert.Null((await ground.PodAsync("set-0"))!.Metadata.Controller);
        await ground.Api.PatchAsync(Kinds.Pods, ground.Named("set-0"), Labelled(labels), default);

        await ground.UntilAsync("it has taken it over", async () => await SetOf(ground) is { Status: { Replicas: 1, ReadyReplicas: 1 } });
        var adopted = (await ground.PodAsync("set-0"))!;
        Assert.Equal(copy.Metadata.Uid, adopted.Metadata.Uid);
        Assert.Equal("set", adopted.Metadata.Controller?.Name);
        Assert.Equal(0, adopted.Status?.ContainerStatuses?[0].RestartCount);
    }

    public static async Task a_stateful_set_deletes_an_orphan_above_its_count_once_it_matches(Ground ground)
    {
        await SetAsync(ground, replicas: 1);
        var labels = (await ground.PodAsync("set-0"))!.Metadata.Labels!;
        await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 0, default);
        await ground.GoneAsync("set-0");
        await ground.MadeAsync(Kinds.Pods, Objects.Pod(ground.Namespace, "set-0", ground.Nodes[0]));
        await ground.ReadyAsync("set-0");

        await ground.Api.PatchAsync(Kinds.Pods, ground.Named("set-0"), Labelled(labels), default);

        await ground.GoneAsync("set-0");
    }

    public static async Task a_stateful_set_replaces_a_pod_that_was_deleted(Ground ground)
    {
        await SetAsync(ground, replicas: 1);
        var before = (await ground.PodAsync("set-0"))!.Metadata.Uid;

        await ground.Api.DeleteAsync(Kinds.Pods, ground.Named("set-0"), new Deletion(), default);

        await ground.UntilAsync("another has come", async () => await ground.PodAsync("set-0") is { } pod && pod.Metadata.Uid != before);
    }

    // 103, 104
    public static async Task pods_outlive_an_owner_that_lets_them(Ground ground)
    {
        await SetAsync(ground, replicas: 1);

        await ground.Api.DeleteAsync(Kinds.StatefulSets, ground.Named("set"), new Deletion { Propagation = "Orphan" }, default);

        await ground.UntilAsync("it is gone", async () =>
            (await ground.Api.GetAsync(Kinds.StatefulSets, ground.Named("set"), default)).Problem is { IsMissing: true });
        Assert.Null((await ground.PodAsync("set-0"))!.Metadata.OwnerReferences);
    }

    public static async Task pods_go_with_their_owner(Ground ground)
    {
        await SetAsync(ground, replicas: 1);

        await ground.Api.DeleteAsync(Kinds.StatefulSets, ground.Named("set"), new Deletion { Propagation = "Background" }, default);

        await ground.GoneAsync("set-0");
    }

    // 035 to 037
    public static async Task a_deployment_owns_a_replica_set_that_owns_its_pods(Ground ground)
    {
        var (set, pod) = await DeploymentAsync(ground);

        Assert.Equal(("Deployment", "dep"), (set.Metadata.Controller?.Kind, set.Metadata.Controller?.Name));
        Assert.Equal(set.Metadata.Uid, pod.Metadata.Controller?.Uid);
        Assert.Equal(set.Metadata.Label("pod-template-hash"), pod.Metadata.Label("pod-template-hash"));
        Assert.Equal($"dep-{set.Metadata.Label("pod-template-hash")}", set.Metadata.Name);
    }

    public static async Task a_replica_set_takes_over_a_ready_copy_and_deletes_the_cheaper_pod(Ground ground)
    {
        var (set, former) = await DeploymentAsync(ground);
        await ground.Api.PatchAsync(Kinds.Pods, ground.Named(former.Metadata.Name!), Priced("-100"), default);
        await ground.MadeAsync(Kinds.Pods, Objects.Pod(ground.Namespace, "copy", ground.Nodes[^1]));
        await ground.ReadyAsync("copy");

        await ground.Api.PatchAsync(Kinds.Pods, ground.Named("copy"), Labelled(former.Metadata.Labels!), default);

        await ground.GoneAsync(former.Metadata.Name!);
        var copy = (await ground.PodAsync("copy"))!;
        Assert.Equal(set.Metadata.Uid, copy.Metadata.Controller?.Uid);
        Assert.Single(await ground.PodsAsync("app=dep"));
    }

    public static async Task a_replica_set_deletes_a_copy_that_is_not_ready_whatever_the_cost(Ground ground)
    {
        var (_, former) = await DeploymentAsync(ground);
        await ground.Api.PatchAsync(Kinds.Pods, ground.Named(former.Metadata.Name!), Priced("-100"), default);
        var copy = Objects.Pod(ground.Namespace, "copy");
        await ground.MadeAsync(Kinds.Pods, copy with
        {
            Spec = copy.Spec! with
            {
                Others = new(copy.Spec.Others!)
                {
                    ["nodeSelector"] = System.Text.Json.JsonSerializer.SerializeToElement(
                        new Dictionary<string, string> { ["kubernetes.io/hostname"] = "no-such-node" }),
                },
            },
        });

        await ground.Api.PatchAsync(Kinds.Pods, ground.Named("copy"), Labelled(former.Metadata.Labels!), default);

        await ground.GoneAsync("copy");
        Assert.True(await ground.PodAsync(former.Metadata.Name!) is { Metadata.IsGoing: false });
    }

    public static async Task a_replica_set_replaces_a_pod_that_loses_its_labels(Ground ground)
    {
        var (_, former) = await DeploymentAsync(ground);

        await ground.Api.PatchAsync(Kinds.Pods, ground.Named(former.Metadata.Name!), Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = null } },
        }), default);

        await ground.UntilAsync("another has come and this one has no owner", async () =>
            (await ground.PodsAsync("app=dep")).Count == 1
            && await ground.PodAsync(former.Metadata.Name!) is { Metadata.Controller: null });
    }

    // 059 to 062
    public static async Task a_new_template_brings_an_empty_pod(Ground ground)
    {
        var (set, former) = await DeploymentAsync(ground);

        await ground.Api.PatchAsync(Kinds.Deployments, ground.Named("dep"), Patch.Merge(new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["a"] = "1" } } },
            },
        }), default);

        await ground.GoneAsync(former.Metadata.Name!);
        var pod = Assert.Single(await ground.PodsAsync("app=dep"));
        Assert.NotEqual(set.Metadata.Uid, pod.Metadata.Controller?.Uid);
        var old = await ground.Api.GetAsync(Kinds.ReplicaSets, ground.Named(set.Metadata.Name!), default);
        Assert.Equal(0, old.Value.Spec?.Replicas ?? 0);
    }

    private static async Task SetAsync(Ground ground, int replicas)
    {
        await ground.MadeAsync(Kinds.StatefulSets, Objects.StatefulSet(ground.Namespace, "set", replicas));
        await ground.UntilAsync("all are ready", async () => (await SetOf(ground)).Status?.ReadyReplicas == replicas);
    }

    private static async Task<StatefulSet> SetOf(Ground ground) =>
        (await ground.Api.GetAsync(Kinds.StatefulSets, ground.Named("set"), default)).Value;

    private static async Task<(ReplicaSet Set, Pod Pod)> DeploymentAsync(Ground ground)
    {
        await ground.MadeAsync(Kinds.Deployments, Objects.Deployment(ground.Namespace, "dep"));
        await ground.UntilAsync("its pod is ready", async () => (await ground.PodsAsync("app=dep")) is [{ IsReady: true }]);
        var sets = await ground.Api.ListAsync(Kinds.ReplicaSets, new Selection(ground.Namespace, "app=dep"), default);
        return (sets.Value.Items[0], (await ground.PodsAsync("app=dep"))[0]);
    }

    private static Patch Labelled(IReadOnlyDictionary<string, string> labels) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["labels"] = new JsonObject(labels.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
        },
    });

    private static Patch Priced(string cost) =>
        Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Cost] = cost } } });
}

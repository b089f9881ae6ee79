using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Contract;

/// <summary>What every Kubernetes server does. Taken from recorded exchanges; their numbers are named.</summary>
internal static class RulesOfTheServer
{
    // 045, 102
    public static async Task what_is_not_there_is_not_found(Ground ground)
    {
        var got = await ground.Api.GetAsync(Kinds.Pods, ground.Named("nope"), default);
        var deleted = await ground.Api.DeleteAsync(Kinds.StatefulSets, ground.Named("nope"), new Deletion(), default);

        Refused(got.Problem, 404, "NotFound", "pods \"nope\" not found");
        Refused(deleted.Problem, 404, "NotFound", "statefulsets.apps \"nope\" not found");
    }

    // 031, 070
    public static async Task a_name_is_given_once(Ground ground)
    {
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "one"));
        await ground.MadeAsync(Kinds.Deployments, Objects.Deployment(ground.Namespace, "one", 0));

        var pod = await ground.Api.CreateAsync(Kinds.Pods, Nowhere(ground, "one"), default);
        var deployment = await ground.Api.CreateAsync(Kinds.Deployments, Objects.Deployment(ground.Namespace, "one", 0), default);

        Refused(pod.Problem, 409, "AlreadyExists", "pods \"one\" already exists");
        Refused(deployment.Problem, 409, "AlreadyExists", "deployments.apps \"one\" already exists");
        Assert.True(pod.Problem!.Exists);
        Assert.False(pod.Problem.IsConflict);
    }

    // 051
    public static async Task a_bad_name_is_invalid(Ground ground)
    {
        var answer = await ground.Api.CreateAsync(Kinds.Pods, Nowhere(ground, "Bad_Name"), default);

        Refused(answer.Problem, 422, "Invalid", "Pod \"Bad_Name\" is invalid");
    }

    // 057, 058, 066
    public static async Task a_change_to_what_has_changed_is_a_conflict(Ground ground)
    {
        var set = await ground.MadeAsync(Kinds.StatefulSets, Objects.StatefulSet(ground.Namespace, "set", 0));
        await ground.Api.PatchAsync(Kinds.StatefulSets, ground.Named("set"), Marked("a", "1"), default);

        var scaled = await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 1, default, set.Metadata.ResourceVersion);
        var patched = await ground.Api.PatchAsync(Kinds.StatefulSets, ground.Named("set"), Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = set.Metadata.ResourceVersion, ["labels"] = new JsonObject { ["b"] = "2" } },
        }), default);
        var tested = await ground.Api.PatchAsync(Kinds.StatefulSets, ground.Named("set"), Patch.Operations(
        [
            new JsonObject { ["op"] = "test", ["path"] = "/spec/replicas", ["value"] = 7 },
            new JsonObject { ["op"] = "replace", ["path"] = "/spec/replicas", ["value"] = 3 },
        ]), default);

        const string changed = "Operation cannot be fulfilled on statefulsets.apps \"set\": the object has been modified; please apply your changes to the latest version and try again";
        Refused(scaled.Problem, 409, "Conflict", changed);
        Refused(patched.Problem, 409, "Conflict", changed);
        Refused(tested.Problem, 422, "Invalid", "the server rejected our request");
    }

    public static async Task a_change_to_another_of_that_name_is_a_conflict(Ground ground)
    {
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "one"));

        var patched = await ground.Api.PatchAsync(Kinds.Pods, ground.Named("one"), Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = Guid.Empty.ToString(), ["labels"] = new JsonObject { ["b"] = "2" } },
        }), default);

        Refused(patched.Problem, 422, "Invalid", "Pod \"one\" is invalid: metadata.uid: Invalid value");
        Assert.True(patched.Problem!.IsConflict);
    }

    // 095, 096
    public static async Task another_than_the_one_meant_is_not_deleted(Ground ground)
    {
        var pod = await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "one"));

        var other = await ground.Api.DeleteAsync(Kinds.Pods, ground.Named("one"), new Deletion { Uid = Guid.Empty.ToString() }, default);
        var older = await ground.Api.DeleteAsync(
            Kinds.Pods, ground.Named("one"), new Deletion { Uid = pod.Metadata.Uid, ResourceVersion = "1" }, default);

        Refused(other.Problem, 409, "Conflict", "the UID in the precondition");
        Refused(older.Problem, 409, "Conflict", "the ResourceVersion in the precondition (1) does not match");
        Assert.NotNull(await ground.PodAsync("one"));
    }

    public static async Task a_pod_that_no_node_has_seen_goes_at_once(Ground ground)
    {
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "one"));

        await ground.Api.DeleteAsync(Kinds.Pods, ground.Named("one"), new Deletion(), default);

        Assert.Null(await ground.PodAsync("one"));
    }

    // 097 to 100
    public static async Task a_finalizer_holds_what_is_deleted(Ground ground)
    {
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "one"));
        await ground.Api.PatchAsync(Kinds.Pods, ground.Named("one"), Holding("ms2m.test/hold"), default);
        await ground.Api.DeleteAsync(Kinds.Pods, ground.Named("one"), new Deletion(), default);
        var held = await ground.PodAsync("one");

        await ground.Api.PatchAsync(Kinds.Pods, ground.Named("one"), Holding(null), default);

        Assert.True(held?.Metadata.IsGoing);
        Assert.Null(await ground.PodAsync("one"));
    }

    // 206, 208
    public static async Task the_node_of_a_pod_stays_what_it_is(Ground ground)
    {
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "one"));

        var answer = await ground.Api.PatchAsync(Kinds.Pods, ground.Named("one"), Patch.Merge(new JsonObject
        {
            ["spec"] = new JsonObject { ["nodeName"] = ground.Nodes[0] },
        }), default);
        var image = await ground.Api.PatchAsync(Kinds.Pods, ground.Named("one"), Patch.Operations(
            [new JsonObject { ["op"] = "replace", ["path"] = "/spec/containers/0/image", ["value"] = "" }]), default);

        Refused(answer.Problem, 422, "Invalid", "Pod \"one\" is invalid: spec: Forbidden: pod updates may not change fields other than");
        Refused(image.Problem, 422, "Invalid", "Pod \"one\" is invalid: spec.containers[0].image: Required value");
    }

    // 052
    public static async Task a_change_of_nothing_makes_no_new_version(Ground ground)
    {
        await ground.MadeAsync(Kinds.StatefulSets, Objects.StatefulSet(ground.Namespace, "set", 0));
        await ground.UntilAsync("the controller has seen it", async () =>
            (await ground.Api.GetAsync(Kinds.StatefulSets, ground.Named("set"), default)).Value.Status?.ObservedGeneration == 1);
        var before = (await ground.Api.GetAsync(Kinds.StatefulSets, ground.Named("set"), default)).Value;

        await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 0, default);

        var after = (await ground.Api.GetAsync(Kinds.StatefulSets, ground.Named("set"), default)).Value;
        Assert.Equal(before.Metadata.ResourceVersion, after.Metadata.ResourceVersion);
        Assert.Equal(before.Metadata.Generation, after.Metadata.Generation);
    }

    // 065, 067, 068
    public static async Task a_scale_is_a_new_generation(Ground ground)
    {
        var set = await ground.MadeAsync(Kinds.StatefulSets, Objects.StatefulSet(ground.Namespace, "set", 1));
        var scaled = await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), 0, default);
        var wrong = await ground.Api.ScaleAsync(Kinds.StatefulSets, ground.Named("set"), -1, default);

        var after = (await ground.Api.GetAsync(Kinds.StatefulSets, ground.Named("set"), default)).Value;
        Assert.Equal(0, scaled.Value.Spec?.Replicas ?? 0);
        Assert.Equal(set.Metadata.Generation + 1, after.Metadata.Generation);
        Refused(wrong.Problem, 422, "Invalid", "Scale.autoscaling \"set\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0");
    }

    // 034, 039
    public static async Task a_list_holds_what_is_selected(Ground ground)
    {
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "a", ("app", "x"), ("tier", "1")));
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "b", ("app", "x")));
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "c", ("app", "y")));

        async Task<string> NamesAsync(string? labels, string? fields = null)
        {
            var list = await ground.Api.ListAsync(Kinds.Pods, new Selection(ground.Namespace, labels, fields), default);
            return string.Join(' ', list.Value.Items.Select(pod => pod.Metadata.Name).Order(StringComparer.Ordinal));
        }

        Assert.Equal("a b", await NamesAsync("app=x"));
        Assert.Equal("b", await NamesAsync("app=x,tier!=1"));
        Assert.Equal("a", await NamesAsync("tier"));
        Assert.Equal("b c", await NamesAsync("!tier"));
        Assert.Equal("a c", await NamesAsync("app in (x, y),app,tier notin (2)", "metadata.name!=b"));
        Assert.Equal("a b c", await NamesAsync(null, "status.phase=Pending"));
        var wrong = await ground.Api.ListAsync(Kinds.Pods, new Selection(ground.Namespace, null, "spec.hostname=a"), default);
        Assert.Equal(400, wrong.Problem?.Code);
    }

    // 149, 150
    public static async Task a_watch_tells_what_is_there_and_what_becomes_of_it(Ground ground)
    {
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "a", ("app", "x")));
        var heard = new List<string>();
        await foreach (var news in ground.Api.WatchAsync(Kinds.Pods, new Selection(ground.Namespace, "app=x"), over.Token))
        {
            var what = $"{news.Kind} {news.What?.Metadata.Name}".Trim();
            if (heard.LastOrDefault() != what)
            {
                heard.Add(what);
            }
            if (news.Kind == WatchedKind.Synchronized)
            {
                await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "b", ("app", "y")));
                await ground.MadeAsync(Kinds.Pods, Nowhere(ground, "c", ("app", "x")));
                // It is gone for who selects it, though it is there.
                await ground.Api.PatchAsync(Kinds.Pods, ground.Named("c"), Patch.Merge(new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "y" } },
                }), default);
                await ground.Api.DeleteAsync(Kinds.Pods, ground.Named("a"), new Deletion(), default);
            }
            if (what == "Gone a")
            {
                break;
            }
        }
        Assert.Equal(["Restarted", "Present a", "Synchronized", "Present c", "Gone c"], heard.Where(one => !one.EndsWith("e a", StringComparison.Ordinal) || one == "Present a").Distinct().Take(5));
    }

    // 142 to 145
    public static async Task a_lease_is_taken_by_one(Ground ground)
    {
        Lease Of(string who, string? version = null) => new()
        {
            ApiVersion = "coordination.k8s.io/v1",
            Kind = "Lease",
            Metadata = new ObjectMeta { Namespace = ground.Namespace, Name = "leader", ResourceVersion = version },
            Spec = new LeaseSpec { HolderIdentity = who, LeaseDurationSeconds = 15 },
        };
        var first = await ground.MadeAsync(Kinds.Leases, Of("a"));
        var second = await ground.Api.CreateAsync(Kinds.Leases, Of("b"), default);
        var renewed = await ground.Api.ReplaceAsync(Kinds.Leases, Of("a2", first.Metadata.ResourceVersion), default);
        var stale = await ground.Api.ReplaceAsync(Kinds.Leases, Of("b", first.Metadata.ResourceVersion), default);

        Refused(second.Problem, 409, "AlreadyExists", "leases.coordination.k8s.io \"leader\" already exists");
        Assert.Null(renewed.Problem);
        Refused(stale.Problem, 409, "Conflict", "leases.coordination.k8s.io \"leader\": the object has been modified");
    }

    private static void Refused(ApiProblem? problem, int code, string reason, string says)
    {
        Assert.NotNull(problem);
        Assert.Equal((code, reason), (problem.Code, problem.Reason));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    /// <summary>Never runs: no node has that name.</summary>
    private static Pod Nowhere(Ground ground, string name, params (string Name, string Value)[] labels)
    {
        var pod = Objects.Pod(ground.Namespace, name, null, labels);
        var selector = System.Text.Json.JsonSerializer.SerializeToElement(
            new Dictionary<string, string> { ["kubernetes.io/hostname"] = "no-such-node" });
        return pod with { Spec = pod.Spec! with { Others = new(pod.Spec.Others!) { ["nodeSelector"] = selector } } };
    }

    private static Patch Marked(string name, string value) =>
        Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } });

    private static Patch Holding(string? finalizer) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["finalizers"] = finalizer is null ? null : new JsonArray(finalizer) },
    });
}

using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes.Draining;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>Which pods leave a node, where to, and when they wait.</summary>
public sealed class EmptyingNodes
{
    private static readonly DrainPicture _picture = new(
        [Asked.Node("node1", cordoned: true, marked: true), Asked.Node("node2"), Asked.Node("node3")],
        [Asked.Pod("orders-0"), Asked.Pod("carts-x", owner: "ReplicaSet"), Asked.Pod("elsewhere-0", node: "node2")],
        [],
        [],
        [
            Asked.Report("node1", instances: [Asked.Instance("orders-0"), Asked.Instance("carts-x")]),
            Asked.Report("node2", free: 3L << 30, instances: Asked.Instance("elsewhere-0")),
            Asked.Report("node3", free: 2L << 30),
        ]);

    [Fact]
    public void every_pod_with_state_on_a_marked_and_cordoned_node_is_asked_for_once_and_they_are_spread()
    {
        var moves = Moves(_picture);

        Assert.Equal([("carts-x", "node2"), ("orders-0", "node3")], moves.Select(one => (one.Spec!.SourcePod, one.Spec.TargetNode)));
        Assert.All(moves, one => Assert.Equal(("shop", "node1"), (one.Metadata.Namespace, one.Metadata.Label(Markings.DrainedNode))));
        Assert.Equal("uid-of-orders-0", moves[1].Metadata.Label(Markings.PodUid));
        // So that two who ask at the same time ask for one.
        Assert.Equal(moves.Select(one => one.Metadata.Name), Moves(_picture).Select(one => one.Metadata.Name));
        Assert.Matches("^drain-orders-0-[0-9a-f]{8}$", moves[1].Metadata.Name);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void a_node_that_is_not_both_cordoned_and_marked_is_left_alone(bool cordoned, bool marked) =>
        Assert.Empty(DrainRule.Next(With(node1: Asked.Node("node1", cordoned, marked)), Asked.Now));

    [Fact]
    public void a_taint_does_as_well() => Assert.Equal(2, Moves(With(
        node1: Asked.Node("node1", taints: [new Taint { Key = Markings.Drain, Effect = "NoSchedule" }]))).Count);

    [Fact]
    public void a_pod_that_somebody_wants_to_evict_is_moved_from_any_node_as_long_as_he_does()
    {
        var wanted = With(node1: Asked.Node("node1")) with
        {
            Pods = [Asked.Pod("orders-0", marks: marks => marks[Markings.Eviction] = PodPlace.EvictionOf(Asked.Pod(), Asked.Now))],
        };

        Assert.Single(Moves(wanted));
        Assert.Empty(DrainRule.Next(wanted, Asked.Now.AddMinutes(6)));
    }

    [Fact]
    public void a_copy_that_has_inherited_the_wish_on_another_node_is_not_meant()
    {
        var copy = Asked.Pod("orders-0", node: "node2", marks: marks => marks[Markings.Eviction] = PodPlace.EvictionOf(Asked.Pod(), Asked.Now));

        Assert.Empty(DrainRule.Next(With(node1: Asked.Node("node1")) with { Pods = [copy] }, Asked.Now));
    }

    [Fact]
    public void what_holds_no_state_is_not_moved()
    {
        var pod = Asked.Pod();
        Pod[] others =
        [
            pod with { Metadata = pod.Metadata with { Labels = new Dictionary<string, string> { [Markings.Workload] = "orders" } } },
            pod with { Metadata = pod.Metadata with { DeletionTimestamp = Asked.Now } },
            pod with { Status = new PodStatus { Phase = "Failed" } },
            Asked.Pod(marks: marks => marks[Markings.InstanceFile] = """{"instanceId":"a","workload":"b","role":"Retired","epoch":1,"brokerUri":"x"}"""),
            Asked.Pod(marks: marks => marks[Markings.InstanceFile] = """{"instanceId":"a","workload":"b","role":"Shadow","epoch":1,"brokerUri":"x"}"""),
        ];

        Assert.Empty(DrainRule.Next(_picture with { Pods = others }, Asked.Now));
    }

    [Fact]
    public void one_that_is_under_way_is_not_asked_for_again_whoever_asked()
    {
        var ours = Moves(_picture)[1];
        var users = Asked.For(new StatefulMigrationSpec { SourcePod = "carts-x", TargetNode = "node2" });

        Assert.Empty(DrainRule.Next(_picture with { Migrations = [ours, users] }, Asked.Now));
    }

    [Fact]
    public void one_that_failed_is_tried_again_later_and_elsewhere_until_it_has_failed_often_enough()
    {
        var pods = _picture with { Pods = [Asked.Pod("orders-0")] };
        var failed = new List<StatefulMigration>();
        var now = Asked.Now;
        var targets = new List<string>();
        for (var attempt = 0; attempt < Attempts.Most; attempt++)
        {
            var move = Assert.Single(Moves(pods with { Migrations = failed }, now));
            Assert.DoesNotContain(failed, one => one.Metadata.Name == move.Metadata.Name);
            targets.Add(move.Spec!.TargetNode);
            failed.Add(move with { Metadata = move.Metadata with { CreationTimestamp = now }, Status = new StatefulMigrationStatus { Phase = "RolledBack", Conditions = [Asked.Ended(false, now)] } });
            var pause = TimeSpan.FromSeconds(Math.Min(300, 10 * Math.Pow(2, attempt)));
            Assert.DoesNotContain(DrainRule.Next(pods with { Migrations = failed }, now + pause - TimeSpan.FromSeconds(1)), act => act is DrainAct.Move);
            now += pause;
        }

        Assert.Equal(["node2", "node3"], targets.Take(2));
        var last = Assert.IsType<DrainAct.SayOfNode>(Assert.Single(DrainRule.Next(pods with { Migrations = failed }, now)));
        Assert.Equal(("node1", "DrainGivenUp", true), (last.Node.Metadata.Name, last.Saying.Reason, last.Saying.IsWarning));
        // What somebody has tidied up, or what lies far back, is in nobody's way.
        var tidied = Assert.Single(Moves(pods with { Migrations = failed[2..] }, now.AddMinutes(5)));
        Assert.DoesNotContain(failed, one => one.Metadata.Name == tidied.Metadata.Name);
        Assert.Single(Moves(pods with { Migrations = failed }, now.AddHours(2)));
    }

    [Fact]
    public void a_pod_that_comes_back_under_its_name_has_been_tried_before()
    {
        var pod = Asked.Pod("orders-0");
        var pods = _picture with { Pods = [pod] };
        var failed = new List<StatefulMigration>();
        var now = Asked.Now;
        for (var attempt = 0; attempt < Attempts.Most; attempt++)
        {
            var move = Assert.Single(Moves(pods with { Migrations = failed }, now));
            failed.Add(Ended(move, "RolledBack", now) with { Metadata = move.Metadata with { CreationTimestamp = now } });
            pods = pods with { Pods = [pod with { Metadata = pod.Metadata with { Uid = $"uid-after-{attempt}" } }] };
            Assert.DoesNotContain(DrainRule.Next(pods with { Migrations = failed }, now.AddSeconds(9)), act => act is DrainAct.Move);
            now = now.AddMinutes(5);
        }

        Assert.Equal(["node2", "node3"], failed.Select(one => one.Spec!.TargetNode).Take(2));
        Assert.Equal("DrainGivenUp", Assert.IsType<DrainAct.SayOfNode>(Assert.Single(DrainRule.Next(pods with { Migrations = failed }, now))).Saying.Reason);
        // One that had gone and is here again goes again.
        Assert.Single(Moves(pods with { Migrations = [Ended(failed[0], "Completed", now)] }, now));
    }

    [Fact]
    public void what_somebody_writes_in_another_namespace_is_in_nobodys_way()
    {
        var move = Moves(_picture)[1];
        var foreign = move with { Metadata = move.Metadata with { Namespace = "elsewhere" } };

        Assert.Equal(2, Moves(_picture with { Migrations = [foreign, Ended(foreign, "Completed", Asked.Now)] }).Count);
    }

    [Fact]
    public void a_pod_that_was_moved_is_done_with()
    {
        var moved = Moves(_picture)[1] with { Status = new StatefulMigrationStatus { Phase = "Completed", Conditions = [Asked.Ended(true, Asked.Now)] } };

        Assert.DoesNotContain(Moves(_picture with { Migrations = [moved] }), one => one.Spec!.SourcePod == "orders-0");
    }

    [Fact]
    public void a_pod_that_stands_still_for_a_moment_waits_for_its_budget_and_one_that_does_not_goes()
    {
        var acts = DrainRule.Next(_picture with { Budgets = [Budget(0)] }, Asked.Now);

        Assert.Equal("carts-x", Assert.Single(acts.OfType<DrainAct.Move>()).Migration.Spec!.SourcePod);
        var waits = Assert.Single(acts.OfType<DrainAct.SayOfPod>());
        Assert.Equal(("orders-0", "DrainWaits"), (waits.Pod.Metadata.Name, waits.Saying.Reason));
    }

    [Fact]
    public void a_budget_of_one_lets_one_go_at_a_time()
    {
        var two = _picture with { Pods = [Asked.Pod("orders-0"), Asked.Pod("orders-1")], Budgets = [Budget(1)] };

        var first = Assert.Single(Moves(two));
        Assert.Empty(Moves(two with { Migrations = [first] }));
    }

    [Theory]
    [InlineData("""[{"key":"app","operator":"In","values":["orders","x"]}]""", true)]
    [InlineData("""[{"key":"app","operator":"NotIn","values":["orders"]}]""", false)]
    [InlineData("""[{"key":"app","operator":"Exists"}]""", true)]
    [InlineData("""[{"key":"none","operator":"DoesNotExist"}]""", true)]
    [InlineData("""[{"key":"app","operator":"DoesNotExist"}]""", false)]
    public void budgets_select_by_expressions_too(string expressions, bool selected)
    {
        var budget = new PodDisruptionBudget
        {
            Metadata = new ObjectMeta { Name = "b", Namespace = "shop" },
            Spec = new BudgetSpec
            {
                Selector = new LabelSelector { Others = new() { ["matchExpressions"] = System.Text.Json.JsonDocument.Parse(expressions).RootElement } },
            },
            Status = new BudgetStatus { DisruptionsAllowed = 0 },
        };

        Assert.Equal(selected, Budgets.Against(Asked.Pod(), [budget], new Dictionary<string, int>()) is not null);
    }

    [Fact]
    public void where_no_node_can_have_it_it_waits_and_says_so()
    {
        var waits = Assert.Single(DrainRule.Next(_picture with { Pods = [Asked.Pod()], Nodes = [_picture.Nodes[0]] }, Asked.Now));

        Assert.Contains("No other node", Assert.IsType<DrainAct.SayOfPod>(waits).Saying.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_target_is_ready_schedulable_tolerated_of_the_same_runtime_and_has_a_worker_and_memory()
    {
        Assert.Equal("node2", Chosen());
        Assert.Null(Chosen(node: Asked.Node("node2", cordoned: true)));
        Assert.Null(Chosen(node: Asked.Node("node2", marked: true)));
        Assert.Null(Chosen(node: Asked.Node("node2", ready: false)));
        Assert.Null(Chosen(node: Asked.Node("node2", runtime: "cri-o://1.37.0")));
        Assert.Equal("node2", Chosen(node: Asked.Node("node2", runtime: "containerd://2.2.0")));
        Assert.Null(Chosen(node: Asked.Node("node2", taints: [new Taint { Key = "gpu", Effect = "NoSchedule" }])));
        Assert.Equal("node2", Chosen(node: Asked.Node("node2", taints: [new Taint { Key = "gpu", Effect = "PreferNoSchedule" }])));
        Assert.Null(Chosen(report: Asked.Report("node3")));
        Assert.Null(Chosen(report: Asked.Report("node2", age: 7)));
        Assert.Null(Chosen(report: Asked.Report("node2", free: 100L << 20)));
        Assert.Null(Chosen(report: Asked.Report("node2", current: false)));
        Assert.Equal("node2", Chosen(report: Asked.Report("node2", current: false), pod: Asked.Pod(owner: "ReplicaSet")));
    }

    [Theory]
    [InlineData("""[{"key":"gpu","operator":"Exists"}]""", true)]
    [InlineData("""[{"operator":"Exists"}]""", true)]
    [InlineData("""[{"key":"gpu","value":"a100"}]""", true)]
    [InlineData("""[{"key":"gpu","operator":"Equal","value":"other"}]""", false)]
    [InlineData("""[{"key":"gpu","operator":"Exists","effect":"NoExecute"}]""", false)]
    public void what_a_pod_tolerates_does_not_keep_it_away(string tolerations, bool accepted)
    {
        var node = Asked.Node("node2", taints: [new Taint { Key = "gpu", Value = "a100", Effect = "NoSchedule" }]);

        Assert.Equal(accepted, NodeFit.Accepts(node, Specified("tolerations", tolerations)));
    }

    [Fact]
    public void a_node_that_the_pod_does_not_select_is_none_for_it() =>
        Assert.False(NodeFit.Accepts(Asked.Node("node2"), Specified("nodeSelector", """{"disk":"ssd"}""")));

    private static Pod Specified(string field, string json)
    {
        var pod = Asked.Pod();
        return pod with { Spec = pod.Spec! with { Others = new() { [field] = System.Text.Json.JsonDocument.Parse(json).RootElement } } };
    }

    private static string? Chosen(Node? node = null, NodeReported? report = null, Pod? pod = null) => Placement.Choose(
        pod ?? Asked.Pod(), 60L << 20, PodPlace.HasGap(pod ?? Asked.Pod()), [Asked.Node("node1", cordoned: true), node ?? Asked.Node("node2")],
        [Asked.Report("node1"), report ?? Asked.Report("node2")], new HashSet<string>(), new Dictionary<string, int>(), Asked.Now);

    private static StatefulMigration Ended(StatefulMigration one, string phase, DateTimeOffset at) => one with
    {
        Status = new StatefulMigrationStatus { Phase = phase, Conditions = [Asked.Ended(phase == "Completed", at)] },
    };

    private static PodDisruptionBudget Budget(int allowed) => new()
    {
        Metadata = new ObjectMeta { Name = "orders", Namespace = "shop" },
        Spec = new BudgetSpec { Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "orders" } } },
        Status = new BudgetStatus { DisruptionsAllowed = allowed },
    };

    private static DrainPicture With(Node node1) => _picture with { Nodes = [node1, .. _picture.Nodes.Skip(1)] };

    private static List<StatefulMigration> Moves(DrainPicture picture, DateTimeOffset? now = null) =>
        [.. DrainRule.Next(picture with { Reports = [.. picture.Reports.Select(one => one with { At = now ?? Asked.Now })] }, now ?? Asked.Now)
            .OfType<DrainAct.Move>().Select(act => act.Migration)];
}

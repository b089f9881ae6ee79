using Ms2m.Contracts;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;
using static Ms2m.Kubernetes.Tests.Ownership.OwnedObjects;

namespace Ms2m.Kubernetes.Tests.Ownership;

/// <summary>What comes next, by what was seen.</summary>
public sealed class RulesTests
{
    [Fact]
    public void a_name_that_a_copy_has_is_released_whatever_the_count() => Assert.Equal(
        Act.Done, Release(new Observed { StatefulSet = Set(replicas: 1), Named = CopyPod() }));

    [Fact]
    public void a_pod_that_is_to_end_on_a_lost_node_is_waited_for_and_not_forced_away()
    {
        var pod = SourcePod(PodOwner.StatefulSet);
        var waits = Assert.IsType<Act.Wait>(Release(new Observed
        {
            StatefulSet = Set(replicas: 0),
            Named = pod with { Metadata = pod.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } },
            Node = new Node { Status = new NodeStatus { Conditions = [new Condition { Type = "Ready", Status = "Unknown" }] } },
        }));

        Assert.Equal("NodeLost", waits.Because?.Reason);
        Assert.Contains("out-of-service", Assert.Single(waits.Because!.Causes), StringComparison.Ordinal);
    }

    [Fact]
    public void somebody_elses_scale_is_refused_and_the_name_let_go_first()
    {
        var pod = SourcePod(PodOwner.StatefulSet);
        var held = pod with { Metadata = pod.Metadata with { Finalizers = ["others", Markings.HoldsName] } };

        var letGo = Assert.IsType<Act.Mark>(Release(new Observed { StatefulSet = Set(replicas: 3), Named = held }));
        var refused = Assert.IsType<Act.Refuse>(Release(new Observed { StatefulSet = Set(replicas: 3), Named = pod }));

        Assert.Equal(["others"], letGo.Finalizers);
        Assert.Equal("ScaledMeanwhile", refused.Problem.Reason);
    }

    [Fact]
    public void a_release_that_was_given_up_is_undone_count_first()
    {
        var source = SourcePod(PodOwner.StatefulSet);
        var held = source with { Metadata = source.Metadata with { Finalizers = [Markings.HoldsName] } };
        var back = Of(PodOwner.StatefulSet, Aim.Adopt) with { Instance = Source, Former = null };

        var scale = Assert.IsType<Act.Scale>(OwnershipRules.Next(back, new Observed { StatefulSet = Set(replicas: 0), Named = held }));
        var letGo = Assert.IsType<Act.Mark>(OwnershipRules.Next(back, new Observed { StatefulSet = Set(), Named = held }));

        Assert.Equal((1, "40"), (scale.Replicas, scale.ResourceVersion));
        Assert.Empty(letGo.Finalizers!);
        Assert.Equal(Act.Done, OwnershipRules.Next(back, new Observed { StatefulSet = Set(), Named = source }));
    }

    [Fact]
    public void a_template_that_changed_meanwhile_is_no_owner_for_the_copy()
    {
        var set = Set();
        var refused = Assert.IsType<Act.Refuse>(Adopt(PodOwner.StatefulSet, new Observed
        {
            StatefulSet = set with { Status = set.Status! with { UpdateRevision = "orders-new" } },
            Named = CopyPod(),
        }));

        Assert.Equal("Rollout", refused.Problem.Reason);
    }

    [Fact]
    public void labels_are_put_only_on_the_pod_that_was_seen_ready_and_never_ours_of_the_source()
    {
        var mark = Assert.IsType<Act.Mark>(Adopt(PodOwner.StatefulSet, new Observed { StatefulSet = Set(), Named = CopyPod() }));

        var metadata = mark.Patch.Body["metadata"]!;
        Assert.Equal(("copy", "60"), ((string?)metadata["uid"], (string?)metadata["resourceVersion"]));
        Assert.Equal("orders", (string?)metadata["labels"]!["app"]);
        Assert.Null(metadata["labels"]![Markings.Instance]);
    }

    [Fact]
    public void what_was_made_cheap_costs_again_what_it_did_when_the_copy_is_refused()
    {
        var source = SourcePod(PodOwner.ReplicaSet);
        var cheap = source with
        {
            Metadata = source.Metadata with { Annotations = new Dictionary<string, string> { [Markings.DeletionCost] = "-100" } },
        };
        var failed = CopyPod("copy") with { Status = new PodStatus { Phase = "Failed" } };

        var back = Assert.IsType<Act.Mark>(Adopt(PodOwner.ReplicaSet, SeenOf(PodOwner.ReplicaSet) with { Pods = [cheap, failed] }));
        var refused = Assert.IsType<Act.Refuse>(Adopt(PodOwner.ReplicaSet, SeenOf(PodOwner.ReplicaSet) with { Pods = [source, failed] }));

        Assert.Equal("source", back.Pod.Metadata.Uid);
        Assert.Null(back.Annotations[Markings.DeletionCost]);
        Assert.Equal("InstanceEnded", refused.Problem.Reason);
    }

    [Fact]
    public void a_pod_that_nobody_owns_loses_its_labels_before_the_copy_gets_them()
    {
        var source = SourcePod(PodOwner.Nobody);
        var first = Assert.IsType<Act.Mark>(Adopt(PodOwner.Nobody, new Observed { Pods = [source, CopyPod("copy")] }));
        var bare = source with
        {
            Metadata = source.Metadata with { Labels = new Dictionary<string, string> { [Markings.Instance] = Source } },
        };
        var second = Assert.IsType<Act.Mark>(Adopt(PodOwner.Nobody, new Observed { Pods = [bare, CopyPod("copy")] }));

        Assert.Equal(("source", null), (first.Pod.Metadata.Uid, first.Labels["app"]));
        Assert.False(first.Labels.ContainsKey(Markings.Instance));
        Assert.Equal(("copy", "orders"), (second.Pod.Metadata.Uid, second.Labels["app"]));
    }

    [Theory]
    [InlineData(PodOwner.StatefulSet)]
    [InlineData(PodOwner.ReplicaSet)]
    [InlineData(PodOwner.Nobody)]
    public void a_copy_that_is_not_ready_gets_no_labels(PodOwner owner)
    {
        var copy = CopyPod() with { Status = Ready(false) };
        var seen = owner == PodOwner.StatefulSet
            ? new Observed { StatefulSet = Set(), Named = copy }
            : SeenOf(owner) with { Pods = [copy] };

        Assert.IsType<Act.Wait>(Adopt(owner, seen));
    }

    private static Act Release(Observed seen) => OwnershipRules.Next(Of(PodOwner.StatefulSet, Aim.Release), seen);

    private static Act Adopt(PodOwner owner, Observed seen) => OwnershipRules.Next(Of(owner, Aim.Adopt), seen);
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Pure;

public sealed class PodStatesTests
{
    private static Pod Marked(Pod pod, string? instance, string? letIn = null) => pod with
    {
        Metadata = pod.Metadata with
        {
            Labels = new Dictionary<string, string>(pod.Metadata.Labels ?? new Dictionary<string, string>())
            {
                [Markings.Workload] = "orders",
            }.Concat(instance is null ? [] : [KeyValuePair.Create(Markings.Instance, instance)]).ToDictionary(),
            Annotations = letIn is null ? null : new Dictionary<string, string> { [Markings.LetIn] = letIn },
        },
    };

    private static Pod Restarted(Pod pod) => pod with
    {
        Status = pod.Status! with
        {
            ContainerStatuses = [pod.Status.ContainerStatuses![0] with { ContainerID = "containerd://another", RestartCount = 1 }],
        },
    };

    [Fact]
    public void a_pod_that_runs_and_was_not_let_in_waits()
    {
        var pod = Marked(Recorded.Pod("035"), instance: null);

        Assert.True(PodWorkloads.IsWaiting(pod));
        Assert.Matches("^orders-[0-9a-f]{8}$", PodWorkloads.InstanceToBe(pod));
        Assert.StartsWith(PodWorkloads.InstanceToBe(pod)["orders-".Length..], pod.Metadata.Uid, StringComparison.Ordinal);
    }

    [Fact]
    public void a_pod_that_was_let_in_runs_and_does_not_wait()
    {
        var pod = Recorded.Pod("032");
        pod = Marked(pod, "orders-1", pod.Status!.ContainerStatuses![0].ContainerID);

        Assert.False(PodStates.HasLostState(pod));
        Assert.False(PodWorkloads.IsWaiting(pod));
        Assert.Equal("running", PodStates.StateOf(pod));
        Assert.Equal("50830a51ecff22a128dd2fd68df2e004db5e582fddbd4fd3a9be7a1821748d86", PodStates.IdOf(pod));
    }

    [Fact]
    public void one_whose_container_was_started_again_has_ended_and_would_be_another()
    {
        var pod = Recorded.Pod("032");
        pod = Restarted(Marked(pod, "orders-959826a4", pod.Status!.ContainerStatuses![0].ContainerID));

        Assert.True(PodStates.HasLostState(pod));
        Assert.Equal("exited", PodStates.StateOf(pod));
        Assert.True(PodWorkloads.IsWaiting(pod));
        Assert.Equal("orders-959826a4-1", PodWorkloads.InstanceToBe(pod));
    }

    [Fact]
    public void one_that_was_started_again_before_it_was_let_in_has_lost_nothing()
    {
        var pod = Restarted(Recorded.Pod("032"));

        Assert.False(PodStates.HasLostState(Marked(pod, "orders-1", "containerd://another")));
        Assert.True(PodWorkloads.IsWaiting(Marked(pod, null)));
    }

    [Fact]
    public void a_pod_that_does_not_opt_in_is_none_of_ours() => Assert.Null(PodWorkloads.SpecOf(Recorded.Pod("032")));

    [Fact]
    public void its_owner_tells_whether_its_name_is_fixed()
    {
        var stateful = PodWorkloads.SpecOf(Marked(Recorded.Pod("032"), null))!;
        var replica = PodWorkloads.SpecOf(Marked(Recorded.Pod("035"), null))!;

        Assert.Equal(new WorkloadPod("tr", "c", PodOwner.StatefulSet, "sc") { FixedName = "sc-0" }, stateful.Pod);
        Assert.Equal((PodOwner.ReplicaSet, null), (replica.Pod!.Owner, replica.Pod.FixedName));
        Assert.Equal("registry.test:5000/test/counter:2", stateful.Image);
    }

    [Theory]
    [InlineData("node2, node3", null, "node2,node3 60")]
    [InlineData("node2", "300", "node2 300")]
    [InlineData("node2", "5", null)]
    [InlineData("node2", "soon", null)]
    [InlineData("node2,../node3", null, null)]
    [InlineData(",", null, null)]
    [InlineData(null, "60", null)]
    public void its_annotations_name_the_nodes_that_are_sent_its_memory_in_advance(string? nodes, string? every, string? wanted)
    {
        var pod = Marked(Recorded.Pod("032"), null);
        var annotations = new Dictionary<string, string> { [Markings.Unique] = "true" };
        if (nodes is not null)
            annotations[Markings.Standby] = nodes;
        if (every is not null)
            annotations[Markings.StandbyEvery] = every;

        var traits = PodWorkloads.SpecOf(pod with { Metadata = pod.Metadata with { Annotations = annotations } })!.Traits!;

        Assert.Equal(wanted, traits.Standby is { } standby ? $"{string.Join(',', standby.Nodes)} {standby.EverySeconds}" : null);
        Assert.True(traits.Unique);
    }

    [Fact]
    public void an_instances_name_is_valid_however_long_its_workloads_is()
    {
        var pod = Recorded.Pod("032");
        var longest = Restarted(pod with
        {
            Metadata = pod.Metadata with
            {
                Labels = new Dictionary<string, string> { [Markings.Workload] = new string('w', 46) + "--" + new string('x', 15), [Markings.Instance] = "i" },
                Annotations = new Dictionary<string, string> { [Markings.LetIn] = "containerd://former" },
            },
        });

        Assert.True(Names.IsValid(PodWorkloads.InstanceToBe(longest)));
    }

    [Theory]
    [InlineData("212", "ErrImagePull")]
    [InlineData("213", "Error")]
    [InlineData("214", "Unschedulable")]
    public void what_can_never_run_is_not_waited_for(string transcript, string reason)
    {
        var start = PodStart.Of(Recorded.Pod(transcript));

        Assert.False(start.Runs);
        Assert.Contains(reason, start.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void what_runs_has_started() => Assert.Equal(new PodStart(true, null), PodStart.Of(Recorded.Pod("032")));

    [Fact]
    public void what_is_only_created_may_still_start() => Assert.Equal(new PodStart(false, null), PodStart.Of(Recorded.Pod("069")));

    [Fact]
    public void what_is_on_its_way_out_will_not_start() => Assert.NotNull(PodStart.Of(Recorded.Pod("305")).Failure);
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Interleavings;

namespace Ms2m.Kubernetes.Tests.Ownership;

/// <summary>The whole loop, on a cluster whose controllers and nodes do their work between its calls.</summary>
public sealed class PodOwnershipTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(PodOwner.StatefulSet)]
    [InlineData(PodOwner.ReplicaSet)]
    [InlineData(PodOwner.Nobody)]
    public async Task a_pod_is_let_go_and_its_copy_taken_over(PodOwner owner)
    {
        var (scene, cluster, pod, ownership) = Begin(owner);
        var begin = cluster.Store.State;
        using var over = new CancellationTokenSource(_patience);

        Assert.Null((await ownership.CheckAsync(pod, Scene.Source, owner == PodOwner.StatefulSet, over.Token)).Problem);
        Assert.Null((await ownership.ReleaseNameAsync(pod, Scene.Source, over.Token)).Problem);
        await cluster.CreateAsync(Kinds.Pods, scene.Restored(begin, Scene.Copy), over.Token);
        Assert.Null((await ownership.AdoptAsync(pod, Scene.Copy, Scene.Source, over.Token)).Problem);
        // Repeated, as by an engine that died before it could say that it was done.
        Assert.Null((await ownership.ReleaseNameAsync(pod, Scene.Source, over.Token)).Problem);
        Assert.Null((await ownership.AdoptAsync(pod, Scene.Copy, Scene.Source, over.Token)).Problem);

        var copy = cluster.All(Kinds.Pods).Single(one => one.Metadata.Label(Markings.Instance) == Scene.Copy);
        Assert.True(copy.IsReady);
        Assert.Equal("orders", copy.Metadata.Label("app"));
        Assert.Equal(owner == PodOwner.Nobody ? null : pod.OwnerName, copy.Metadata.Controller?.Name);
        Assert.Equal(owner == PodOwner.ReplicaSet, copy.Metadata.Annotation(Markings.DeletionCost) is not null);
        Assert.DoesNotContain(cluster.Store.State.Starts, start => start.Origin == Origin.Template);
    }

    [Fact]
    public async Task who_waits_in_vain_says_for_what()
    {
        var (_, cluster, pod, ownership) = Begin(PodOwner.StatefulSet);
        using var over = new CancellationTokenSource();
        cluster.Refuse = call =>
        {
            if (call.Resource == "statefulsets")
            {
                over.Cancel();
                return new ApiProblem(503, "ServiceUnavailable", "etcd is away");
            }
            return null;
        };

        var answer = await ownership.ReleaseNameAsync(pod, Scene.Source, over.Token);

        Assert.Equal((ApiProblem.Waiting, true), (answer.Problem?.Reason, answer.Problem?.IsPassing));
        Assert.Contains("etcd is away", answer.Problem?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_name_on_a_dead_node_is_waited_for_until_an_administrator_says_that_it_is_dead()
    {
        var (_, cluster, pod, ownership) = Begin(PodOwner.StatefulSet);
        cluster.Change(one =>
        {
            one.Nodes.PowerOff("node1");
            one.Nodes.NoticeLoss("node1");
            one.Nodes.EvictFromLost("node1");
        });
        using (var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            var waited = (await ownership.ReleaseNameAsync(pod, Scene.Source, impatient.Token)).Problem;

            Assert.Equal((ApiProblem.Waiting, true), (waited?.Reason, waited?.IsPassing));
            Assert.Contains("node1 does not answer", waited?.Message, StringComparison.Ordinal);
            Assert.Contains("out-of-service", Assert.Single(waited!.Causes), StringComparison.Ordinal);
        }
        using var over = new CancellationTokenSource(_patience);
        var release = ownership.ReleaseNameAsync(pod, Scene.Source, over.Token);
        await cluster.DeleteAsync(Kinds.Pods, new ObjectName(pod.Namespace, pod.FixedName!), new Deletion { GracePeriodSeconds = 0 }, over.Token);

        Assert.Null((await release).Problem);
    }

    [Fact]
    public async Task a_release_that_is_given_up_after_any_of_its_calls_is_taken_back()
    {
        for (var calls = 0; ; calls++)
        {
            var (scene, cluster, pod, ownership) = Begin(PodOwner.StatefulSet);
            var begin = cluster.Store.State;
            using var over = new CancellationTokenSource(_patience);
            var left = calls;
            cluster.Refuse = _ => left-- > 0 ? null : throw new OperationCanceledException("cancelled");
            var isDone = false;
            try
            {
                isDone = (await ownership.ReleaseNameAsync(pod, Scene.Source, over.Token)).Problem is null;
            }
            catch (OperationCanceledException)
            {
                // As somebody has cancelled the migration.
            }
            cluster.Refuse = _ => null;

            Assert.Null((await ownership.SettleNameAsync(pod, Scene.Source, over.Token)).Problem);
            // Its worker restores it if it is gone.
            await cluster.CreateAsync(Kinds.Pods, scene.Restored(begin, Scene.Source), over.Token);
            Assert.Null((await ownership.AdoptAsync(pod, Scene.Source, null, over.Token)).Problem);

            var source = Assert.Single(cluster.All(Kinds.Pods));
            Assert.Equal((Scene.Source, true), (source.Metadata.Label(Markings.Instance), source.IsReady));
            Assert.True(source.Metadata.Finalizers is null or []);
            var set = Assert.Single(cluster.All(Kinds.StatefulSets));
            Assert.Equal((1, 1), (set.Spec?.Replicas, set.Status?.ReadyReplicas));
            Assert.DoesNotContain(cluster.Store.State.Starts, start => start.Origin == Origin.Template);
            if (isDone)
            {
                return;
            }
        }
    }

    [Fact]
    public async Task a_former_pod_that_nobody_owns_is_known_to_no_service_and_to_its_worker_still()
    {
        var (scene, cluster, pod, ownership) = Begin(PodOwner.Nobody);
        await cluster.CreateAsync(Kinds.Pods, scene.Restored(cluster.Store.State, Scene.Copy), default);
        using var over = new CancellationTokenSource(_patience);

        Assert.Null((await ownership.AdoptAsync(pod, Scene.Copy, Scene.Source, over.Token)).Problem);

        var former = cluster.All(Kinds.Pods).Single(one => one.Metadata.Label(Markings.Instance) == Scene.Source);
        Assert.Equal((null, "orders"), (former.Metadata.Label("app"), former.Metadata.Label(Markings.Workload)));
    }

    [Fact]
    public async Task what_is_forbidden_is_not_tried_again()
    {
        var (_, cluster, pod, ownership) = Begin(PodOwner.StatefulSet);
        cluster.Refuse = call => call.Resource == "statefulsets/scale" ? new ApiProblem(403, "Forbidden", "no") : null;

        var answer = await ownership.ReleaseNameAsync(pod, Scene.Source, default);

        Assert.True(answer.Problem?.IsForbidden);
        Assert.Single(cluster.Calls, call => call.Resource == "statefulsets/scale");
    }

    [Fact]
    public async Task a_template_is_never_touched()
    {
        var (scene, cluster, pod, ownership) = Begin(PodOwner.ReplicaSet);
        var begin = cluster.Store.State;
        await cluster.CreateAsync(Kinds.Pods, scene.Restored(begin, Scene.Copy), default);

        await ownership.AdoptAsync(pod, Scene.Copy, Scene.Source, default);

        Assert.All(cluster.Calls.Where(call => call.Verb is not ("get" or "list")), call => Assert.Equal("pods", call.Resource));
    }

    private static (Scene Scene, SimulatedCluster Cluster, WorkloadPod Pod, PodOwnership Ownership) Begin(PodOwner owner)
    {
        var scene = new Scene(owner);
        var begin = scene.Begin();
        var cluster = SimulatedCluster.From(begin, lives: true);
        var goal = scene.Stages(begin).OfType<Stage.Reach>().First().Goal;
        return (scene, cluster, goal.Pod, new PodOwnership(cluster, TimeProvider.System));
    }
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>Containers of pods: described to the API server, checkpointed by the kubelet, restored by the node's runtime from an
/// image. A pod belongs to its owner; what is ours of it are labels and annotations, and the pods of copies until their owner
/// takes them over.</summary>
internal sealed partial class KubernetesRuntime(
    IKubernetesApi api, NodePods pods, KubeletCheckpoints kubelet, ThisNode node, ContainerProcesses processes, LossNotices losses,
    WorkerOptions options, TimeProvider time, ILogger<KubernetesRuntime> log) : IContainerRuntime
{
    private readonly ControlGroups _groups = new(new PodmanPlaces(options.CriuConfiguration));

    private readonly SourcePods _sources = new(options);

    /// <summary>A container that starts, is restored, or goes.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(60);

    /// <summary>A pod whose base image must be fetched first.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(3);

    public async Task<Outcome<IReadOnlyList<Container>>> ListAsync(CancellationToken cancel)
    {
        var listed = await pods.InstancesAsync(cancel);
        if (listed.Failed)
            return listed.Trouble;
        foreach (var pod in listed.Value)
        {
            await losses.SayAsync(pod, cancel);
            // It has taken over: nobody will restore it once more from what was written down of its source.
            if (PodStates.StateOf(pod) == "running" && PodWorkloads.FileOf(pod) is { Role: InstanceRole.Active } file)
                _sources.Remove(file.InstanceId);
        }
        return (Container[])[.. listed.Value.Where(pod => PodWorkloads.SpecOf(pod) is not null).Select(Describe)];
    }

    public async Task<Outcome<Container?>> FindAsync(string name, CancellationToken cancel)
    {
        var found = await pods.FindAsync(name, cancel);
        return found.Failed ? found.Trouble : found.Value is { } pod ? Describe(pod) : (Container?)null;
    }

    public Task<Outcome<IReadOnlyList<MountedVolume>>> VolumesAsync(string name, CancellationToken cancel) =>
        Task.FromResult<Outcome<IReadOnlyList<MountedVolume>>>(Array.Empty<MountedVolume>());

    public async Task<Outcome<IReadOnlyList<string>>> ImagesAsync(CancellationToken cancel)
    {
        var seen = await node.LookAsync(cancel);
        return seen.Failed ? seen.Trouble : seen.Value.Status?.Images?.SelectMany(image => image.Names ?? []).Order(StringComparer.Ordinal).ToList() ?? [];
    }

    public async Task<Outcome<bool>> HasImageAsync(string image, CancellationToken cancel)
    {
        // The node names some of its images as they were asked for; by a short name its runtime's storage may not know one.
        if (await ImagesAsync(cancel) is { Failed: false, Value: var named } && named.Contains(image))
            return true;
        var loader = await node.LoaderAsync(cancel);
        return loader.Failed ? loader.Trouble : await loader.Value.HasBaseAsync(image, cancel);
    }

    /// <summary>Before the runtime is known, as of the one that takes most.</summary>
    public int CopiesOfCheckpoint => node.Loader?.Copies ?? CrioImages.MostCopies;

    /// <summary>There is nothing to make before the pod, and the pod is what restores. What it is to be is asked for while its
    /// source is there.</summary>
    public async Task<Outcome<Done>> PrepareAsync(ContainerRequest request, CancellationToken cancel)
    {
        var found = await pods.SourceOfAsync(request, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { } source)
            return NodeFailures.NoSourcePod(request.Spec.Name);
        _sources.Keep(request.Name, source);
        return NodeWorker.Done.It;
    }

    public Task<Outcome<IPageDaemon>> StartPagesAsync(string images, string work, CancellationToken cancel) =>
        Task.FromResult<Outcome<IPageDaemon>>(NodeFailures.NotOfPods("post-copy"));

    /// <summary>There never was a daemon.</summary>
    public Task<bool> EndPagesAsync(string work) => Task.FromResult(false);

    public async Task<Outcome<Done>> WatchExitsAsync(Action look, CancellationToken cancel)
    {
        try
        {
            // What it says is not used: the pods are asked for, so none is missed or believed twice.
            await foreach (var news in api.WatchAsync(Kinds.Pods, pods.Instances, cancel))
            {
                if (news.Kind == WatchedKind.Gone || (news.What is { } pod && PodStates.StateOf(pod) == "exited"))
                    look();
            }
            return NodeFailures.KubernetesSilent("watch pods", "the watch has ended");
        }
        catch (KubernetesRefusedException refused)
        {
            return NodePods.TroubleOf("watch pods", refused.Problem);
        }
    }

    public async Task<Outcome<Done>> RemoveAsync(string name, CancellationToken cancel)
    {
        var found = await pods.FindAsync(name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is { } pod && await DeleteAsync(pod, cancel) is { } trouble)
            return trouble;
        _groups.Forget(name);
        _sources.Remove(name);
        await ForgetImagesAsync(name, cancel);
        return NodeWorker.Done.It;
    }

    /// <summary>Deletes that very pod and waits until it is gone.</summary>
    private async Task<Trouble?> DeleteAsync(Pod pod, CancellationToken cancel)
    {
        var name = NodePods.NameOf(pod);
        var answer = await api.DeleteAsync(
            Kinds.Pods, name, new Deletion { Uid = pod.Metadata.Uid, GracePeriodSeconds = 1 }, cancel);
        // Of another uid: the one that was meant is gone.
        if (answer.Problem is { IsMissing: false, IsConflict: false } problem)
            return NodePods.TroubleOf($"delete the pod {name}", problem);
        // Now that it will not be started again: who stands still in a group of the first version does not hear that it is killed.
        if (Describe(pod) is { IsFrozen: true } container && FreezerOf(container) is { } freezer)
            _groups.EndFrozen(freezer);
        for (var since = time.GetTimestamp(); time.GetElapsedTime(since) < Slow; await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancel))
        {
            var there = await pods.GetAsync(name, cancel);
            if (there is { Failed: false, Value: var now } && now?.Metadata.Uid != pod.Metadata.Uid)
                return null;
        }
        return NodeFailures.PodStays(name.ToString());
    }

    private Container Describe(Pod pod)
    {
        var (id, state) = (PodStates.IdOf(pod) ?? "", PodStates.StateOf(pod));
        var instance = PodWorkloads.InstanceOf(pod) ?? pod.Metadata.Name ?? "";
        var pid = state == "running" ? processes.FirstOf(id) : 0;
        if (pid > 0 && _groups.OfProcess(id, pid) is { } freezer && _groups.IsFrozen(freezer))
            state = Container.Frozen;
        return new Container(id, instance, PodWorkloads.SpecOf(pod), state, pid, PodStates.ExitCodeOf(pod)) { IsGoing = pod.Metadata.IsGoing };
    }
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

internal sealed partial class KubernetesRuntime
{
    /// <summary>A container that waits is looked at again when it has changed meanwhile.</summary>
    private const int Attempts = 5;

    /// <summary>Lets a pod in that waits to be this instance. Where none does, and one may be made, makes it as its source's was
    /// described, with its owner's image and none of its memory.</summary>
    public async Task<Outcome<Container>> RunAsync(ContainerRequest request, CancellationToken cancel)
    {
        if (PendingOf(request) is not { } file)
            return NodeFailures.NotTheInstance(request.Name, null);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await pods.FindAsync(request.Name, cancel, request.Spec.Pod?.Namespace);
            if (found.Failed)
                return found.Trouble;
            if (found.Value is { } there && !PodStates.HasLostState(there))
                return await RunsAsync(there, cancel);
            var workloads = await pods.WorkloadsAsync(cancel);
            if (workloads.Failed)
                return workloads.Trouble;
            if (workloads.Value.FirstOrDefault(pod => PodWorkloads.IsWaiting(pod) && PodWorkloads.InstanceToBe(pod) == request.Name) is not { } waiting)
                return request.MayBeMade ? await MakeAsync(request, file, cancel) : NodeFailures.NobodyWaits(request.Name);
            var letIn = await LetInAsync(waiting, file, cancel);
            if (letIn.Failed)
                return letIn.Trouble;
            if (letIn.Value)
                LetIn(request.Name, NodePods.NameOf(waiting).ToString());
        }
        return NodeFailures.KubernetesSilent($"let '{request.Name}' in", "its pod does not stand still");
    }

    /// <summary>The container that is let in is named: the kubelet may start another in the same pod.</summary>
    private Task<Outcome<bool>> LetInAsync(Pod pod, InstanceFile file, CancellationToken cancel) => pods.MarkAsync(
        pod,
        new Dictionary<string, string?> { [Markings.Instance] = file.InstanceId },
        new Dictionary<string, string?>
        {
            [Markings.InstanceFile] = FilesInPods.Text(file with { LetInAt = time.GetUtcNow() }),
            [Markings.LetIn] = PodStates.StatusOf(pod)?.ContainerID,
        }, asSeen: true, cancel);

    private async Task<Outcome<Container>> MakeAsync(ContainerRequest request, InstanceFile file, CancellationToken cancel)
    {
        // Its source may be gone by now, and was asked for when it was not.
        if (!_sources.Has(request.Name) && await PrepareAsync(request, cancel) is { Failed: true } unknown)
            return unknown.Trouble;
        var source = _sources.Find(request.Name, request.Spec);
        if (source.Failed)
            return source.Trouble;
        var pod = RestoredPod.From(source.Value, request.Spec, file, options.Node, image: null, ImagePull.AsBefore);
        if (await StartAsync(pod, cancel) is { } trouble)
            return trouble;
        var found = await pods.FindAsync(request.Name, cancel, request.Spec.Pod?.Namespace);
        return found.Failed ? found.Trouble : found.Value is { } made ? Describe(made) : NodeFailures.EndedAtOnce(request.Name);
    }

    private async Task<Outcome<Container>> RunsAsync(Pod pod, CancellationToken cancel)
    {
        var container = Describe(pod);
        if (container.Stays)
            return container;
        if (container.HasEnded || container.IsGoing)
            return NodeFailures.NotRunning(container.Name, container.IsGoing ? "being deleted" : container.State);
        if (await WaitAsync(NodePods.NameOf(pod), pod.Metadata.Uid, cancel) is { } trouble)
            return trouble;
        var found = await pods.FindAsync(container.Name, cancel);
        return found.Failed ? found.Trouble : found.Value is { } running ? Describe(running) : NodeFailures.EndedAtOnce(container.Name);
    }

    /// <summary>Creates a pod and waits until its container runs. One that was made before for the same instance is taken, unless
    /// it has failed.</summary>
    private async Task<Trouble?> StartAsync(Pod pod, CancellationToken cancel)
    {
        var name = NodePods.NameOf(pod);
        var created = await api.CreateAsync(Kinds.Pods, pod, cancel);
        // A creation whose answer was lost is not repeated by itself: what is there is looked at.
        if (created.Problem is { } problem)
        {
            if (!problem.Exists && !problem.IsPassing)
                return NodePods.TroubleOf($"create the pod {name}", problem);
            var there = await pods.GetAsync(name, cancel);
            if (there.Failed)
                return there.Trouble;
            if (there.Value is not { } other)
                return NodePods.TroubleOf($"create the pod {name}", problem);
            if (PodWorkloads.InstanceOf(other) != PodWorkloads.InstanceOf(pod))
                return NodeFailures.PodNameTaken(name.ToString());
            if (PodStart.Of(other).Failure is not null)
            {
                if (await DeleteAsync(other, cancel) is { } stays)
                    return stays;
                created = await api.CreateAsync(Kinds.Pods, pod, cancel);
                if (created.Problem is { } again)
                    return NodePods.TroubleOf($"create the pod {name}", again);
            }
            else
            {
                created = other;
            }
        }
        return await WaitAsync(name, created.Value.Metadata.Uid, cancel);
    }

    /// <summary>Waits until its container runs. What cannot run is not waited for.</summary>
    private async Task<Trouble?> WaitAsync(ObjectName name, string? uid, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Long);
        try
        {
            var which = new Selection(name.Namespace, null, $"metadata.name={name.Name}");
            var seen = false;
            await foreach (var news in api.WatchAsync(Kinds.Pods, which, limited.Token))
            {
                // What a list that is made anew no longer has is gone without another word.
                if (news.Kind == WatchedKind.Restarted)
                    seen = false;
                if (news.Kind == WatchedKind.Synchronized && !seen)
                    return NodeFailures.PodNotStarted(name.ToString(), "it was deleted");
                if (news.What is not { } pod || pod.Metadata.Uid != uid)
                    continue;
                seen = true;
                if (news.Kind == WatchedKind.Gone)
                    return NodeFailures.PodNotStarted(name.ToString(), "it was deleted");
                var start = PodStart.Of(pod);
                if (start.Failure is { } failure)
                    return NodeFailures.PodNotStarted(name.ToString(), failure);
                if (start.Runs)
                    return null;
            }
            return NodeFailures.KubernetesSilent($"watch the pod {name}", "the watch has ended");
        }
        catch (KubernetesRefusedException refused)
        {
            return NodePods.TroubleOf($"watch the pod {name}", refused.Problem);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TookTooLong($"The start of the pod {name}", Long);
        }
    }

    /// <summary>What was written for an instance before its pod.</summary>
    private static InstanceFile? PendingOf(ContainerRequest request) =>
        PrivateFiles.ReadJson<InstanceFile>(Path.Combine(request.InstanceFolder, Path.GetFileName(InstanceFile.DefaultPath))) is { } file
            && file.InstanceId == request.Name ? file : null;

    [LoggerMessage(2702, LogLevel.Information, "{Instance} is let in: the pod {Pod}")]
    private partial void LetIn(string instance, string pod);
}

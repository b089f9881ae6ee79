using System.Collections.Concurrent;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>Says once of each container that was started again that its state is lost: the kubelet calls it a restart, and all
/// else looks well.</summary>
public sealed partial class LossNotices(IKubernetesApi api, TimeProvider time, ILogger<LossNotices> log)
{
    private readonly ConcurrentDictionary<string, string> _said = new();

    public async Task SayAsync(Pod pod, CancellationToken cancel)
    {
        var (uid, id) = (pod.Metadata.Uid ?? "", PodStates.IdOf(pod) ?? "");
        if (!PodStates.HasLostState(pod) || _said.GetValueOrDefault(uid) == id)
            return;
        _said[uid] = id;
        var instance = PodWorkloads.InstanceOf(pod) ?? "";
        Lost(instance, NodePods.NameOf(pod).ToString());
        var now = time.GetUtcNow();
        var said = await api.CreateAsync(Kinds.Events, new CoreEvent
        {
            ApiVersion = "v1",
            Kind = "Event",
            Metadata = new ObjectMeta { GenerateName = "ms2m-", Namespace = pod.Metadata.Namespace },
            InvolvedObject = new ObjectReference
            {
                ApiVersion = "v1",
                Kind = "Pod",
                Namespace = pod.Metadata.Namespace,
                Name = pod.Metadata.Name,
                Uid = pod.Metadata.Uid,
            },
            Reason = "StateLost",
            Message = $"The container of {instance} was started again: what it had in memory is lost. It is not let in as that instance.",
            Type = "Warning",
            Count = 1,
            FirstTimestamp = now,
            LastTimestamp = now,
            Source = new EventSource { Component = "ms2m-node-worker" },
        }, cancel);
        if (said.Problem is { } problem)
            NotSaid(instance, problem.Message);
    }

    [LoggerMessage(2705, LogLevel.Error, "The state of {Instance} is lost: the kubelet has started the container of the pod {Pod} again")]
    private partial void Lost(string instance, string pod);

    [LoggerMessage(2706, LogLevel.Warning, "No event could be written that the state of {Instance} is lost: {Cause}")]
    private partial void NotSaid(string instance, string cause);
}

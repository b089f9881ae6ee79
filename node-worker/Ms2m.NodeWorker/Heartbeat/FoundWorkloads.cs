using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>Tells of pods that their owners have started and that wait to be let in, again and again until they are.</summary>
public sealed partial class FoundWorkloads(WorkerOptions options, NodePods pods, IBusSender bus, ILogger<FoundWorkloads> log)
{
    private HashSet<string> _refused = [];

    public async Task TellAsync(CancellationToken cancel)
    {
        if (await pods.WorkloadsAsync(cancel) is not { Failed: false, Value: var there })
            return;
        SayRefused(there);
        foreach (var pod in there.Where(PodWorkloads.IsWaiting))
            await bus.PublishAsync(new WorkloadFound(options.Node, PodWorkloads.InstanceToBe(pod), PodWorkloads.SpecOf(pod)!), cancel);
    }

    /// <summary>Once of each pod: it waits, and nobody lets it in.</summary>
    private void SayRefused(IReadOnlyList<Pod> there)
    {
        var refused = there.Where(pod => PodWorkloads.RefusalOf(pod) is not null).ToList();
        foreach (var pod in refused.Where(pod => !_refused.Contains(pod.Metadata.Uid ?? "")))
            Refused(NodePods.NameOf(pod).ToString(), PodWorkloads.RefusalOf(pod)!);
        _refused = [.. refused.Select(pod => pod.Metadata.Uid ?? "")];
    }

    [LoggerMessage(2708, LogLevel.Error, "The pod {Pod} is not let in: {Why}")]
    private partial void Refused(string pod, string why);
}

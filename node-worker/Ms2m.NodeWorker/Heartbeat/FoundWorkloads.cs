using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>Tells of pods that their owners have started and that wait to be let in, again and again until they are.</summary>
public sealed class FoundWorkloads(WorkerOptions options, NodePods pods, IBusSender bus)
{
    public async Task TellAsync(CancellationToken cancel)
    {
        if (await pods.WorkloadsAsync(cancel) is not { Failed: false, Value: var there })
            return;
        foreach (var pod in there.Where(PodWorkloads.IsWaiting))
            await bus.PublishAsync(new WorkloadFound(options.Node, PodWorkloads.InstanceToBe(pod), PodWorkloads.SpecOf(pod)!), cancel);
    }
}

using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

internal sealed partial class KubernetesRuntime
{
    public async Task<Outcome<Done>> FreezeAsync(string name, CancellationToken cancel)
    {
        var freezer = await FreezerAsync(name, cancel);
        return freezer.Failed ? freezer.Trouble
            : await _groups.StandStillAsync(freezer.Value) is { } cause ? NodeFailures.FreezeFailed(name, cause)
            : NodeWorker.Done.It;
    }

    public async Task<Outcome<Done>> ThawAsync(string name, CancellationToken cancel)
    {
        var freezer = await FreezerAsync(name, cancel);
        return freezer.Failed ? freezer.Trouble
            : _groups.Set(freezer.Value, frozen: false) is { } cause ? NodeFailures.FreezeFailed(name, cause)
            : NodeWorker.Done.It;
    }

    private async Task<Outcome<string>> FreezerAsync(string name, CancellationToken cancel)
    {
        var found = await FindAsync(name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { } container)
            return NodeFailures.NoSuchInstance(name);
        if (!container.IsRunning && !container.IsFrozen)
            return NodeFailures.NotRunning(name, container.State);
        return FreezerOf(container) is { } freezer ? freezer : NodeFailures.FreezeFailed(name, NoFreezer(container));
    }

    private string? FreezerOf(Container container) => container.Pid > 0 ? _groups.OfProcess(container.Id, container.Pid) : null;

    private static string NoFreezer(Container container) => container.Pid > 0
        ? string.Create(CultureInfo.InvariantCulture, $"the control group of process {container.Pid} has no freezer, or one that is not mounted: deploy/kubernetes shows how")
        : "the worker does not see its processes: its pod needs hostPID";
}

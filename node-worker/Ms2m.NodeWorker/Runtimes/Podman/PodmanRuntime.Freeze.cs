namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    public async Task<Outcome<Done>> FreezeAsync(string name, CancellationToken cancel)
    {
        var freezer = await FreezerAsync(name, cancel);
        if (freezer.Failed)
            return freezer.Trouble;
        return await FreezeAsync(name, freezer.Value, cancel);
    }

    public async Task<Outcome<Done>> ThawAsync(string name, CancellationToken cancel)
    {
        var freezer = await FreezerAsync(name, cancel);
        if (freezer.Failed)
            return freezer.Trouble;
        // First the network: what the processes say at once would be lost, and said again no sooner than in a second.
        Outcome<Done> attaching;
        string? cause = null;
        try
        {
            attaching = HasNetwork(name) ? await networks.AttachAsync(name, cancel) : Done.It;
        }
        finally
        {
            // Also without it: who stands still cannot even be asked what is wrong.
            cause = _groups.Set(freezer.Value, frozen: false);
        }
        // A dump leaves the group as it found it, so one that nobody waits for any more would freeze it again at its end.
        if (cause is null && IdOf(freezer.Value) is { } id && RuncDump.IsRunning(id))
        {
            while (RuncDump.IsRunning(id))
                await Task.Delay(20, cancel);
            cause = _groups.Set(freezer.Value, frozen: false);
        }
        return cause is not null ? NodeFailures.FreezeFailed(name, cause) : attaching;
    }

    private async Task<Outcome<Done>> FreezeAsync(string name, string freezer, CancellationToken cancel)
    {
        // First the processes: what still comes in between is in the memory that will be dumped, and acknowledged.
        var before = _groups.IsFrozen(freezer);
        if (await _groups.StandStillAsync(freezer) is { } cause)
            return NodeFailures.FreezeFailed(name, cause);
        if (!HasNetwork(name))
            return Done.It;
        var detached = false;
        try
        {
            var detaching = await networks.DetachAsync(name, cancel);
            detached = !detaching.Failed;
            return detaching;
        }
        finally
        {
            // Nobody takes it for frozen, so nobody would ever thaw it; unless it stood still already, for others.
            if (!detached && !before && await ThawAsync(name, CancellationToken.None) is { Failed: true } thawing)
                StandsStill(name, thawing.Trouble.Reason.Message);
        }
    }

    private bool HasNetwork(string name) => File.Exists(places.Here(Networks.NetworkNames.Path(name)));

    private async Task<Outcome<string>> FreezerAsync(string name, CancellationToken cancel)
    {
        if (_groups.Known(name) is { } known)
            return known;
        var found = await InspectAsync(name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { } container)
            return NodeFailures.NoSuchInstance(name);
        if (!Lives(container))
            return NodeFailures.NotRunning(name, container.State.Status);
        return _groups.Of(container) is { } freezer
            ? freezer
            : NodeFailures.FreezeFailed(name, NoFreezer(container));
    }

    /// <summary>A container's group is named after it by podman: <c>…/libpod-ID/cgroup.freeze</c>.</summary>
    private static string? IdOf(string freezer) =>
        Path.GetFileName(Path.GetDirectoryName(freezer)) is { } group && group.StartsWith("libpod-", StringComparison.Ordinal)
            ? group["libpod-".Length..] : null;

    private static string NoFreezer(InspectedContainer container) =>
        $"its control group {container.State.CgroupPath} has no freezer";

    /// <summary>podman's word is "running" for processes that others have frozen, or "paused" when it has looked.</summary>
    private static bool Lives(InspectedContainer container) => container.State.Status is "running" or "paused";

    private string StateOf(InspectedContainer container) =>
        Lives(container) && _groups.Of(container) is { } freezer && _groups.IsFrozen(freezer)
            ? Container.Frozen
            : container.State.Status;

    private async Task<string> StateAsync(string name, string state, CancellationToken cancel)
    {
        if (state is not ("running" or "paused"))
            return state;
        if (_groups.Known(name) is { } freezer)
            return _groups.IsFrozen(freezer) ? Container.Frozen : state;
        return await InspectAsync(name, cancel) is { Failed: false, Value: { } container } ? StateOf(container) : state;
    }
}

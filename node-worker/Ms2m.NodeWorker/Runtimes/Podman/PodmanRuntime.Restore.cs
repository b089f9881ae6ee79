using Ms2m.NodeWorker.Runtimes.Archives;

namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    public async Task<Outcome<Done>> PrepareAsync(ContainerRequest request, CancellationToken cancel)
    {
        var found = await FindAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is { } existing)
        {
            if (existing.Spec is null || existing.IsRunning || existing.IsFrozen)
                return NodeFailures.NameTaken(request.Name);
            // A network does not outlive its node's restart.
            if (existing.State == "exited")
            {
                return request.Spec.Address is { } address
                    ? await networks.PrepareAsync(request.Name, address, cancel)
                    : Done.It;
            }
            if (await RemoveAsync(request.Name, cancel) is { Failed: true } removal)
                return removal;
        }
        if (await CreateAsync(request, cancel) is { Failed: true } creation)
            return creation;
        // A restore wants the bundle that podman writes when it initializes a container, and a container that is not
        // initialized: so it is made ready as if to start, and stopped before its program has run.
        foreach (var verb in (string[])["init", "stop?timeout=0"])
        {
            var reply = await podman.PostAsync($"containers/{request.Name}/{verb}", null, Slow, cancel);
            if (reply.Failed)
                return reply.Trouble;
            if (!reply.Value.IsSuccess)
                return reply.Value.Refusal($"prepare '{request.Name}'");
        }
        return Done.It;
    }

    /// <summary>Puts the images where podman keeps a container's own checkpoint, and asks it to restore that: podman
    /// unpacks no memory, and knows the container as its own afterwards. The container is the one that this node has made
    /// from the workload's description: what a checkpoint says about mounts, rights or commands is not asked.</summary>
    public async Task<Outcome<Done>> RestoreAsync(ContainerRequest request, string folder, CancellationToken cancel)
    {
        // Clients may be waiting: what is prepared, as it nearly always is, is looked at once.
        var found = await InspectAsync(request.Name, cancel);
        if (!found.Failed && !(found.Value is { } there && await IsPreparedAsync(request, there, cancel)))
        {
            if (await PrepareAsync(request, cancel) is { Failed: true } preparation)
                return preparation;
            found = await InspectAsync(request.Name, cancel);
        }
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { StaticDir: { } state } container)
            return NodeFailures.NoSuchInstance(request.Name);
        var files = CheckpointFiles.WayOf(places.Here(folder)) == CheckpointWay.Archive;
        if (files && await UnpackAsync(container, folder, cancel) is { } refusal)
            return refusal;

        if (request.Spec.Address is not null)
            _criu.Write(request.Name, request.KeepsConnections, standsStill: request.KeepsConnections, lazily: request.Pages is not null);
        using var links = MemoryLinks.ForReading(places, state, folder, request.Pages);
        // Before podman is asked: it goes on restoring, whatever becomes of the worker meanwhile.
        if (request.Pages is not null)
            _ = new PagesFolder(places, request.Pages) { Container = request.Name };
        // keep: podman would else try to empty the folder, and the log of a failure with it.
        var reply = await podman.PostAsync(
            $"containers/{request.Name}/restore?ignoreRootFS={(files ? "false" : "true")}&keep=true&printStats=true",
            null, Long, cancel);
        var restoreLog = places.Here(Path.Combine(state, "restore.log"));
        if (reply.Failed)
            return reply.Trouble;
        if (!reply.Value.IsSuccess)
            return NodeFailures.RestoreFailed(request.Name, CriuLog.FirstError(restoreLog) ?? reply.Value.Cause());
        MemoryLinks.Remove(restoreLog);
        MemoryLinks.Remove(places.Here(Path.Combine(state, "stats-restore")));
        Restored(request.Name, reply.Value.Text.Trim());
        return request.Pages is { } pages ? await TieAsync(request.Name, pages, cancel) : Done.It;
    }

    /// <summary>A network does not outlive its node's restart; its container does.</summary>
    private async Task<bool> IsPreparedAsync(ContainerRequest request, InspectedContainer container, CancellationToken cancel) =>
        container.State.Status == "exited" && Labels.SpecOf(container.Config?.Labels) is not null
        && (request.Spec.Address is not { } address
            || await networks.PrepareAsync(request.Name, address, cancel) is { Failed: false });

    /// <summary>Checks all that podman is going to unpack, and fills the volumes.</summary>
    private async Task<Trouble?> UnpackAsync(InspectedContainer container, string folder, CancellationToken cancel)
    {
        var layers = container.GraphDriver?.Data?.GetValueOrDefault("LowerDir")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return await CheckedArchive.CheckFolderAsync(places.Here(folder), [.. layers.Select(places.Here)], cancel)
            ?? await VolumeArchives.GiveAsync(podman, places, container, places.Here(folder), Slow, cancel);
    }
}

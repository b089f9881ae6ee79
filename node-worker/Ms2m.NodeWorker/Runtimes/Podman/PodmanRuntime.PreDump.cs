namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    public async Task<Outcome<PreDump>> PreDumpAsync(DumpRequest request, CancellationToken cancel)
    {
        var found = await InspectAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { } container)
            return NodeFailures.NoSuchInstance(request.Name);
        if (StateOf(container) is var state && state != "running")
            return NodeFailures.NotRunning(request.Name, state);
        if (places.AlwaysArchive || request.Accepts == CheckpointWay.Archive)
            return NodeFailures.NoPreDump(request.Name, "its checkpoint is to be podman's export, which takes no notice of one.");
        if (OnlyArchiveCarries(request, container) is { } more)
            return NodeFailures.NoPreDump(request.Name, $"{more}, so its checkpoint will be podman's export, which takes no notice of one.");
        // Whatever else begins to watch for changes makes this one forget some.
        if (RuncDump.IsRunning(container.Id))
            return NodeFailures.NoPreDump(request.Name, "another dump of it is being made.");
        if (Labels.SpecOf(container.Config?.Labels) is { Address: not null })
            _criu.Write(request.Name);
        var dump = await OfMomentAsync(container, (freezer, letGo) => DumpAheadAsync(container, request.Folder, freezer, letGo));
        return dump.Failed
            ? dump.Trouble
            : new PreDump(request.Folder, container.Id, container.State.Pid, dump.Value.FrozenMs);
    }

    private async Task<Outcome<Dump>> DumpAheadAsync(InspectedContainer container, string folder, string freezer, Action letGo)
    {
        var work = folder + ".work";
        PrivateFiles.CreateFolder(places.Here(work));
        try
        {
            var dumping = RuncDump.RunAheadAsync(places, container.Id, folder, work, Slow);
            await LetGoInTimeAsync(freezer, dumping, letGo);
            var outcome = await dumping;
            if (outcome.Failed)
                return outcome.Trouble;
            if (outcome.Value is { Length: > 0 } complaint)
                return NodeFailures.NoPreDump(
                    container.Name, CriuLog.FirstError(places.Here(Path.Combine(work, "dump.log"))) ?? complaint);
            var stats = CriuStats.ReadDump(places.Here(Path.Combine(work, "stats-dump")));
            PreDumped(container.Name, stats?.FreezingMs + stats?.FrozenMs ?? 0, stats?.FrozenMs ?? 0);
            return new Dump(CheckpointWay.Images, null);
        }
        finally
        {
            Directory.Delete(places.Here(work), recursive: true);
        }
    }

    /// <summary>CRIU thaws the group when it holds the processes itself, freezes it again when it lets go of them, and writes what
    /// it has taken only then. Whoever looks too seldom to see that lets them go when all is written.</summary>
    private async Task LetGoInTimeAsync(string freezer, Task dumping, Action letGo)
    {
        for (var isHeld = false; !dumping.IsCompleted; await Task.Delay(1))
        {
            var isFrozen = _groups.IsFrozen(freezer);
            if (isHeld && isFrozen)
            {
                letGo();
                return;
            }
            isHeld |= !isFrozen;
        }
    }

    /// <summary>A dump of what has changed since the pre-dump, where there is one that fits; else, or when that fails, of all. It
    /// stands still until one of them has worked.</summary>
    private async Task<Outcome<Dump>> DumpByPartsAsync(InspectedContainer container, DumpRequest request, Action taken)
    {
        if (request.Parent is not { } parent)
            return await DumpAsync(container, request, taken);
        if (parent.Id != container.Id || parent.Pid != container.State.Pid)
        {
            ParentUnused(container.Name, "it was made of other processes");
            return await DumpAsync(container, request, taken);
        }
        var images = places.Here(request.Folder);
        var dump = await DumpAsync(container, request, () => { }, parent.Folder);
        // Without an answer it may be dumping still.
        if (dump.Failed && RuncDump.IsRunning(container.Id))
            return dump;
        var cause = dump.Failed ? dump.Trouble.Reason.Message : null;
        try
        {
            if (!dump.Failed)
            {
                var pieces = ParentImages.PutTogether(images, places.Here(parent.Folder));
                taken();
                return dump.Value with { Pieces = pieces };
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            cause = e.Message;
        }
        ParentUnused(container.Name, cause!);
        // Volumes may be taken beside it: their sheet is nobody's to delete.
        foreach (var file in Directory.EnumerateFileSystemEntries(images).Where(file => file.EndsWith(".img", StringComparison.Ordinal)
            || Path.GetFileName(file) is ParentImages.Link))
            File.Delete(file);
        return await DumpAsync(container, request, taken);
    }
}

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
        if (RuncDump.IsRunning(container.Id) || FreezeGuard.IsOver(container.Id))
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
            await LetGoInTimeAsync(freezer, places.Here(folder), dumping, letGo);
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
            // CRIU may write there still, when it took too long: then it goes with all that is the migration's.
            if (!RuncDump.IsRunning(container.Id))
                PrivateFiles.DeleteFolder(places.Here(work));
        }
    }

    /// <summary>CRIU thaws the group when it holds the processes itself, freezes it again when it lets go of them, and writes what
    /// it has taken only then: a process's list of pages is there no sooner. Frozen, but neither seen thawed before nor with such a
    /// list, it is the group as it was before CRIU had looked at it.</summary>
    private async Task LetGoInTimeAsync(string freezer, string images, Task dumping, Action letGo)
    {
        for (var wasHeld = false; !dumping.IsCompleted; await Task.Delay(1))
        {
            wasHeld |= _groups.IsThawed(freezer) || HasListOfPages(images);
            if (!wasHeld || !_groups.IsFrozen(freezer))
                continue;
            letGo();
            return;
        }
    }

    /// <summary>That of shared memory is written earlier.</summary>
    private static bool HasListOfPages(string images)
    {
        const string list = "pagemap-";
        return Directory.Exists(images)
            && Directory.EnumerateFiles(images, $"{list}*.img").Any(file => char.IsAsciiDigit(Path.GetFileName(file)[list.Length]));
    }

    /// <summary>Its room is the checkpoint's now.</summary>
    private void GiveUp(PreDump? parent, InspectedContainer container, string cause)
    {
        if (parent is null)
            return;
        ParentUnused(container.Name, cause);
        try
        {
            PrivateFiles.DeleteFolder(places.Here(parent.Folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ParentUnused(container.Name, $"{e.Message}; it goes with the checkpoint");
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
            GiveUp(parent, container, "it was made of other processes");
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
        GiveUp(parent, container, cause!);
        // Volumes may be taken beside it: their sheet is nobody's to delete.
        foreach (var file in Directory.EnumerateFileSystemEntries(images).Where(file => file.EndsWith(".img", StringComparison.Ordinal)
            || Path.GetFileName(file) is ParentImages.Link))
            File.Delete(file);
        return await DumpAsync(container, request, taken);
    }
}

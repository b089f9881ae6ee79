using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    /// <summary>By a guard whose dump has ended.</summary>
    private static readonly TimeSpan ThawTakes = TimeSpan.FromSeconds(1);

    public async Task<Outcome<Dump>> CheckpointAsync(DumpRequest request, CancellationToken cancel)
    {
        var found = await InspectAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is not { } container)
            return NodeFailures.NoSuchInstance(request.Name);
        if (await EarlierDumpEndsAsync(container, request.StaysFrozen, cancel) is { } busy)
            return busy;
        var state = StateOf(container);
        if (state != "running" && !(request.StaysFrozen && state == Container.Frozen))
            return NodeFailures.NotRunning(request.Name, state);
        // Nobody stands still for a dump that is refused afterwards. It is looked at again when nothing can change any more.
        if (RefusePostCopy(request, container) is { } refusal)
            return refusal;
        if (Labels.SpecOf(container.Config?.Labels) is { Address: not null })
            _criu.Write(request.Name, request.KeepsConnections);
        return request.StaysFrozen
            ? await FrozenCheckpointAsync(request, container, state, cancel)
            : await OfMomentAsync(container, (_, letGo) => TakeAsync(request, container, letGo, cancel));
    }

    private async Task<Outcome<Dump>> FrozenCheckpointAsync(
        DumpRequest request, InspectedContainer container, string before, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        if (await FreezeAsync(request.Name, cancel) is { Failed: true } freezing)
            return freezing.Trouble;
        var made = false;
        try
        {
            var dump = await TakeAsync(request, container, () => { }, cancel);
            // What was let run since is not what was dumped.
            if (!dump.Failed && _groups.Of(container) is { } freezer && _groups.IsThawed(freezer))
                return NodeFailures.DumpFailed(container.Name, "somebody let its processes run meanwhile.");
            made = !dump.Failed;
            return made ? dump.Value with { FrozenMs = Stopwatch.GetElapsedTime(since).TotalMilliseconds } : dump;
        }
        finally
        {
            // There is no memory of it that could run elsewhere, so it may go on here. One that stood still before may
            // have left a whole checkpoint behind: it is for others to know.
            if (!made && before != Container.Frozen
                && await ThawAsync(request.Name, CancellationToken.None) is { Failed: true } thawing)
                StandsStill(request.Name, thawing.Trouble.Reason.Message);
        }
    }

    /// <summary>It stands still from before anybody looks until all is taken: its files are those of its memory's moment.
    /// CRIU, when it must freeze by itself and looks again a moment too early, sleeps 100 ms besides, which happened in two
    /// dumps of five.</summary>
    /// <param name="take">Given the file that freezes it, and what is to be called when nothing of it is looked at any more.</param>
    private async Task<Outcome<Dump>> OfMomentAsync(InspectedContainer container, Func<string, Action, Task<Outcome<Dump>>> take)
    {
        if (_groups.Of(container) is not { } freezer)
            return NodeFailures.FreezeFailed(container.Name, NoFreezer(container));
        var guarding = await FreezeGuard.OverAsync(places, freezer, container.Id);
        if (guarding.Failed)
            return guarding.Trouble;
        await using var guard = guarding.Value;
        var since = Stopwatch.GetTimestamp();
        double? frozen = null;
        try
        {
            if (await _groups.StandStillAsync(freezer) is { } cause)
            {
                guard.DumpIsOver();
                return NodeFailures.FreezeFailed(container.Name, cause);
            }
            var dump = await take(freezer, LetGo);
            // One that took too long may run still. Let go now, it would leave the group frozen: that is the guard's.
            if (!dump.Failed || !RuncDump.IsRunning(container.Id))
                LetGo();
            return dump.Failed ? dump : dump.Value with { FrozenMs = frozen };
        }
        catch when (!RuncDump.IsRunning(container.Id))
        {
            LetGo();
            throw;
        }

        // Sooner than the guard would.
        void LetGo()
        {
            guard.DumpIsOver();
            if (frozen is null && _groups.Set(freezer, frozen: false) is null)
                frozen = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        }
    }

    /// <summary>What a worker was doing when it was killed, or what took it too long, may still be going on: its dump, and then the
    /// guard's thaw. That guard waits for any dump of the container, and would thaw it behind the next one's back.</summary>
    private async Task<Trouble?> EarlierDumpEndsAsync(InspectedContainer container, bool mayBeFrozen, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        for (; RuncDump.IsRunning(container.Id) || FreezeGuard.IsOver(container.Id); await Task.Delay(20, cancel))
        {
            if (Stopwatch.GetElapsedTime(since) > Slow)
                return NodeFailures.TookTooLong($"An earlier dump of '{container.Name}'", Slow);
        }
        since = Stopwatch.GetTimestamp();
        while (!mayBeFrozen && StateOf(container) == Container.Frozen && Stopwatch.GetElapsedTime(since) < ThawTakes)
            await Task.Delay(20, cancel);
        return null;
    }

    /// <summary>Memory and files, and beside them what others take while it stands still.</summary>
    /// <param name="taken">Told when nothing of the container is looked at any more, and only packing is left.</param>
    private async Task<Outcome<Dump>> TakeAsync(
        DumpRequest request, InspectedContainer container, Action taken, CancellationToken cancel)
    {
        if (request.WhileFrozen is not { } take)
            return await TakeOwnAsync(request, container, taken, cancel);
        using var useless = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var beside = take(useless.Token);
        try
        {
            var dump = await TakeOwnAsync(request, container, () => { }, cancel);
            if (dump.Failed)
                return dump;
            if (await beside is { } trouble)
                return trouble;
            taken();
            return dump;
        }
        finally
        {
            await useless.CancelAsync();
            await ((Task)beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Outcome<Dump>> TakeOwnAsync(
        DumpRequest request, InspectedContainer container, Action taken, CancellationToken cancel)
    {
        if (request.PostCopy || request.OneFile is not null)
            GiveUp(request.Parent, container, "its checkpoint is made in a way that takes no notice of one");
        if (request.PostCopy)
            return RefusePostCopy(request, container) is { } refusal ? refusal : await DumpAsync(container, request, taken);
        if (request.OneFile is { } name)
            return await ExportWholeAsync(container, request.Folder, name, taken, cancel);
        if (!places.AlwaysArchive && request.Accepts != CheckpointWay.Archive && OnlyArchiveCarries(request, container) is null)
            return await DumpByPartsAsync(container, request, taken);
        GiveUp(request.Parent, container, "its checkpoint is podman's export, which takes no notice of one");
        return await ExportAsync(request, container, taken, cancel);
    }

    private Trouble? RefusePostCopy(DumpRequest request, InspectedContainer container) =>
        request.PostCopy && OnlyArchiveCarries(request, container) is { } more ? NodeFailures.MoreThanMemory(request.Name, more) : null;

    /// <summary>What of this container CRIU's images alone would lose; null when they are enough.</summary>
    private string? OnlyArchiveCarries(DumpRequest request, InspectedContainer container)
    {
        if (request.WhileFrozen is null && container.Mounts?.FirstOrDefault(m => m.Type == "volume") is { } volume)
            return $"it has a volume at {volume.Destination}";
        if (container.StaticDir is not { } state || container.GraphDriver?.Data is not { } layers
            || !layers.TryGetValue("UpperDir", out var upper))
            return "its storage has no upper layer";
        var shared = places.Here(Path.Combine(state, "shm"));
        if (Directory.Exists(shared) && Directory.EnumerateFileSystemEntries(shared).FirstOrDefault() is { } file)
            return $"/dev/shm holds {Path.GetFileName(file)}";
        return ChangedFiles.FirstIn(places.Here(upper));
    }

    /// <summary>runc's own checkpoint of podman's container: no archive is packed, and the images lie in memory.</summary>
    private async Task<Outcome<Dump>> DumpAsync(InspectedContainer container, DumpRequest request, Action taken, string? parent = null)
    {
        var work = request.Folder + ".work";
        PrivateFiles.CreateFolder(places.Here(work));
        // CRIU is told at once that nobody will ask it, and leaves the process alone: its memory is read without it.
        using var unasked = request.PostCopy ? InheritedSocket.AtItsEnd() : null;
        if (unasked is not null)
            _criu.Write(request.Name, request.KeepsConnections, pageSocket: unasked.Number);
        try
        {
            var since = Stopwatch.GetTimestamp();
            var outcome = await RuncDump.RunAsync(places, container.Id, request.Folder, work, request.PostCopy, Long, parent);
            var frozen = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
            taken();
            if (outcome.Failed)
                return outcome.Trouble;
            if (outcome.Value is { Length: > 0 } complaint)
                return NodeFailures.DumpFailed(
                    container.Name, CriuLog.FirstError(places.Here(Path.Combine(work, "dump.log"))) ?? complaint);
            var stats = request.PostCopy ? null : CriuStats.ReadDump(places.Here(Path.Combine(work, "stats-dump")));
            Dumped(container.Name, frozen, stats?.FrozenMs ?? 0, stats?.MemoryMs ?? 0);
            return new Dump(CheckpointWay.Images, frozen);
        }
        finally
        {
            Directory.Delete(places.Here(work), recursive: true);
        }
    }

    /// <summary>podman's checkpoint, with what the program has changed outside its memory. What podman exports besides
    /// is not needed, but without an export it does not look for changed files.</summary>
    private async Task<Outcome<Dump>> ExportAsync(
        DumpRequest request, InspectedContainer container, Action taken, CancellationToken cancel)
    {
        var folder = request.Folder;
        if (container.StaticDir is not { } state)
            return NodeFailures.DumpFailed(container.Name, "podman names no folder of its own for it");
        var work = places.Here(folder + ".work");
        PrivateFiles.CreateFolder(work);
        using var links = MemoryLinks.ForWriting(places, state, folder);
        try
        {
            var export = Path.Combine(work, "export.tar");
            var reply = await DownloadExportAsync(container, export, request.WhileFrozen is null);
            taken();
            if (reply.Failed)
                return reply.Trouble;
            if (!reply.Value.IsSuccess)
                return NodeFailures.DumpFailed(
                    container.Name, CriuLog.FirstError(places.Here(Path.Combine(state, "dump.log"))) ?? reply.Value.Cause());
            if (request.WhileFrozen is null)
                await VolumeArchives.TakeAsync(export, places.Here(folder), container.Mounts ?? [], cancel);
            var stats = CriuStats.ReadExport(export);
            // podman and runc write some of them for everybody to read.
            foreach (var file in Directory.EnumerateFiles(places.Here(folder)))
                File.SetUnixFileMode(file, PrivateFiles.File);
            Exported(container.Name, stats?.FrozenMs ?? 0);
            return new Dump(CheckpointWay.Archive, stats?.FrozenMs + stats?.FreezingMs);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private async Task<Outcome<PodmanReply>> DownloadExportAsync(
        InspectedContainer container, string path, bool volumes)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = PrivateFiles.File,
        });
        var without = volumes ? "" : "&ignoreVolumes=true";
        // It cannot be cancelled: podman would not hear of it, and dump on into folders that are gone.
        return await podman.DownloadAsync(
            $"containers/{container.Name}/checkpoint?export=true&leaveRunning=true&tcpEstablished=true{without}",
            file, Long, CancellationToken.None);
    }
}

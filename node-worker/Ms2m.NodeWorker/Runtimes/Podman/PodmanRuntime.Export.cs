namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    /// <summary>podman writes the pieces into memory by links, packs them into the archive, and the pieces go.</summary>
    private async Task<Outcome<Dump>> ExportWholeAsync(
        InspectedContainer container, string folder, string file, Action taken, CancellationToken cancel)
    {
        if (container.StaticDir is not { } state)
            return NodeFailures.DumpFailed(container.Name, "podman names no folder of its own for it");
        var work = folder + ".work";
        var pieces = Path.Combine(work, "pieces");
        PrivateFiles.CreateFolder(places.Here(work));
        PrivateFiles.CreateFolder(places.Here(pieces));
        using var links = MemoryLinks.ForWriting(places, state, pieces);
        try
        {
            var export = places.Here(Path.Combine(work, "export.tar"));
            var reply = await DownloadExportAsync(container, export, volumes: true);
            taken();
            if (reply.Failed)
                return reply.Trouble;
            if (!reply.Value.IsSuccess)
                return NodeFailures.DumpFailed(
                    container.Name, CriuLog.FirstError(places.Here(Path.Combine(state, "dump.log"))) ?? reply.Value.Cause());
            var stats = CriuStats.ReadExport(export);
            await ExportArchive.ComposeAsync(export, places.Here(pieces), places.Here(Path.Combine(folder, file)), cancel);
            Exported(container.Name, stats?.FrozenMs ?? 0);
            return new Dump(CheckpointWay.Archive, stats?.FrozenMs + stats?.FreezingMs)
            {
                Export = new ExportedContainer(
                    container.Name, container.ImageName ?? "", container.Image ?? "", VolumeArchives.NamesOf(container.Mounts ?? [])),
            };
        }
        finally
        {
            Directory.Delete(places.Here(work), recursive: true);
        }
    }
}

using System.Formats.Tar;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>The contents of a container's volumes. podman puts them into its export, named after the volume, whose name
/// is another one on another node: so they travel under the place where they are mounted.</summary>
internal static class VolumeArchives
{
    /// <summary>Their names in an export, and what they are called in a checkpoint's folder.</summary>
    public static Dictionary<string, string> NamesOf(IEnumerable<InspectedMount> mounts) =>
        mounts.Where(m => m is { Type: "volume", Name: not null, Destination: not null })
            .ToDictionary(m => $"volumes/{m.Name}.tar", m => CheckpointFiles.Volume(m.Destination!), StringComparer.Ordinal);

    /// <summary>Takes them out of an export of our own podman.</summary>
    public static async Task TakeAsync(
        string export, string folder, IEnumerable<InspectedMount> mounts, CancellationToken cancel)
    {
        var volumes = NamesOf(mounts);
        if (volumes.Count == 0)
            return;
        await using var file = File.OpenRead(export);
        await using var tar = new TarReader(file);
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (entry.DataStream is not { } content || !volumes.TryGetValue(entry.Name, out var name))
                continue;
            await using var to = new FileStream(Path.Combine(folder, name), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = PrivateFiles.File,
            });
            await content.CopyToAsync(to, cancel);
        }
    }

    /// <summary>Brings them into the volumes of a container that does not run.</summary>
    public static async Task<Trouble?> GiveAsync(
        PodmanApi podman, PodmanPlaces places, InspectedContainer container, string folder, TimeSpan limit, CancellationToken cancel)
    {
        var arrived = Directory.GetFiles(folder, "volume-*.tar").ToDictionary(f => Path.GetFileName(f)!);
        foreach (var mount in container.Mounts?.Where(m => m is { Type: "volume", Destination: not null }) ?? [])
        {
            if (!arrived.Remove(CheckpointFiles.Volume(mount.Destination!), out var archive))
                continue;
            if (mount.Source is { } source)
                Empty(places.Here(source));
            await using var file = File.OpenRead(archive);
            using var content = new StreamContent(file);
            content.Headers.ContentType = new("application/x-tar");
            var reply = await podman.UploadAsync(
                HttpMethod.Put, $"containers/{container.Name}/archive?path={Uri.EscapeDataString(mount.Destination!)}",
                content, limit, cancel);
            if (reply.Failed)
                return reply.Trouble;
            if (!reply.Value.IsSuccess)
                return reply.Value.Refusal($"fill the volume at {mount.Destination}");
        }
        return arrived.Count == 0
            ? null
            : NodeFailures.RestoreFailed(container.Name, "the checkpoint has a volume that the image does not have");
    }

    /// <summary>What podman has copied there from the image, or an earlier attempt has brought: of that, the source may have
    /// deleted something. Links are deleted and not followed.</summary>
    private static void Empty(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } directory)
                directory.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}

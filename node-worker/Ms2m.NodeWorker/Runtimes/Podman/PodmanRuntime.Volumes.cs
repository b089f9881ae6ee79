namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    /// <summary>How the names of an instance's volumes begin. Each instance has its own: two copies of a workload on their
    /// way between two nodes must not write into the same files. No instance's name has a dot in it.</summary>
    private static string VolumesOf(string instance) => $"ms2m.{instance}.";

    public async Task<Outcome<IReadOnlyList<MountedVolume>>> VolumesAsync(string name, CancellationToken cancel)
    {
        var found = await InspectAsync(name, cancel);
        if (found.Failed)
            return found.Trouble;
        return found.Value is not { } container
            ? NodeFailures.NoSuchInstance(name)
            : (MountedVolume[])[.. (container.Mounts ?? [])
                .Where(mount => mount is { Type: "volume", Destination: not null, Source: not null })
                .Select(mount => new MountedVolume(mount.Destination!, places.Here(mount.Source!)))
                .OrderBy(mount => mount.Destination, StringComparer.Ordinal)];
    }

    /// <summary>podman removes only volumes without a name with their container.</summary>
    private async Task<Trouble?> RemoveVolumesAsync(string instance, CancellationToken cancel)
    {
        var filters = Uri.EscapeDataString($$"""{"name":["^{{VolumesOf(instance).Replace(".", "[.]", StringComparison.Ordinal)}}"]}""");
        var listed = await podman.GetAsync($"volumes/json?filters={filters}", Quick, cancel);
        if (listed.Failed)
            return listed.Trouble;
        if (!listed.Value.IsSuccess)
            return listed.Value.Refusal($"list the volumes of '{instance}'");
        foreach (var volume in listed.Value.Read<List<ListedVolume>?>() ?? [])
        {
            var removed = await podman.DeleteAsync($"volumes/{volume.Name}?force=true", Slow, cancel);
            if (removed.Failed)
                return removed.Trouble;
            if (!removed.Value.IsSuccess && !removed.Value.IsMissing)
                return removed.Value.Refusal($"remove the volume '{volume.Name}'");
        }
        return null;
    }
}

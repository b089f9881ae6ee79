namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Whether a container's program has changed its root file system: then CRIU's images alone cannot bring it
/// back elsewhere.</summary>
internal static class ChangedFiles
{
    /// <summary>podman puts these into every container's upper layer as places to mount on.</summary>
    private static readonly HashSet<string> PodmansOwn =
        ["etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab", "run/.containerenv"];

    /// <summary>A changed file in an overlay's upper layer, or null. Folders alone are no change: podman makes them, and
    /// an empty one that the program made is made again when it is needed.</summary>
    public static string? FirstIn(string upper)
    {
        if (!Directory.Exists(upper))
            return null;
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = 0,
            ReturnSpecialDirectories = false,
        };
        // A link is never followed: what it points to is either in this layer too or not the program's change.
        return new System.IO.Enumeration.FileSystemEnumerable<string>(
                upper, (ref entry) => Path.GetRelativePath(upper, entry.ToFullPath()), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory || entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }.FirstOrDefault(path => !PodmansOwn.Contains(path));
    }
}

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>podman keeps a checkpoint in the container's own folder, which lies on a disk. These links lead it into
/// memory instead, both ways: what it writes there never rests on the disk, and what it reads there need not be unpacked
/// first.</summary>
internal sealed class MemoryLinks : IDisposable
{
    private static readonly string[] Files =
        [CheckpointFiles.Changed, CheckpointFiles.Deleted, CheckpointFiles.SharedMemory];

    /// <summary>Where CRIU looks for the daemon that brings memory later.</summary>
    public const string PageSocket = "lazy-pages.socket";

    private readonly List<string> _links = [];

    private MemoryLinks()
    {
    }

    /// <summary>So that what podman is about to write goes to that folder.</summary>
    public static MemoryLinks ForWriting(PodmanPlaces places, string state, string folder) => Make(places, state, folder, Files);

    /// <summary>So that podman finds what is in that folder.</summary>
    /// <param name="pages">The daemon's folder, where memory comes later.</param>
    public static MemoryLinks ForReading(PodmanPlaces places, string state, string folder, string? pages = null)
    {
        var links = Make(places, state, folder, Files.Where(f => File.Exists(places.Here(Path.Combine(folder, f)))));
        Remove(places.Here(Path.Combine(state, PageSocket)));
        if (pages is not null)
            links.Add(places.Here(Path.Combine(state, PageSocket)), Path.Combine(pages, PageSocket));
        return links;
    }

    public void Dispose() => _links.ForEach(Remove);

    private static MemoryLinks Make(PodmanPlaces places, string state, string folder, IEnumerable<string> files)
    {
        var links = new MemoryLinks();
        // All of them first: what an earlier try has left must not be written or read once more.
        foreach (var name in (string[])["checkpoint", .. Files])
            Remove(places.Here(Path.Combine(state, name)));
        links.Add(places.Here(Path.Combine(state, "checkpoint")), folder);
        foreach (var name in files)
            links.Add(places.Here(Path.Combine(state, name)), Path.Combine(folder, name));
        return links;
    }

    private void Add(string link, string target)
    {
        _links.Add(link);
        File.CreateSymbolicLink(link, target);
    }

    /// <summary>Something of a container's folder, if it is there.</summary>
    public static void Remove(string path)
    {
        try
        {
            var there = new DirectoryInfo(path);
            if (there.LinkTarget is null && there.Exists)
                there.Delete(recursive: true);
            else
                File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // The container was removed while it was restored, and its folder with it.
        }
    }
}

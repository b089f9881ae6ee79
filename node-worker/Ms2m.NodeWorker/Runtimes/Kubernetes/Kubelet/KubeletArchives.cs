using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

/// <summary>The kubelet's folder of checkpoints, and what of it is ours.</summary>
public sealed partial class KubeletArchives(WorkerOptions options, ILogger<KubeletArchives> log)
{
    private string Folder => (options.Kubernetes ?? new KubernetesSettings()).KubeletCheckpoints;

    private string Notes => Path.Combine(options.Data, "kubelet");

    /// <summary>Before the kubelet is asked: whatever happens from here on, somebody knows what to delete.</summary>
    public string Note(ArchiveNote note)
    {
        PrivateFiles.CreateFolder(Notes);
        var path = Path.Combine(Notes, $"{Guid.NewGuid():N}.json");
        PrivateFiles.ReplaceJson(path, note);
        return path;
    }

    public IReadOnlyList<string> Named(string prefix) => !Directory.Exists(Folder) ? [] :
        [.. Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>The archive that the kubelet names, where it can be used.</summary>
    /// <param name="path">As the node names it.</param>
    public Outcome<FileInfo> Find(string path, ArchiveNote note)
    {
        // Only a file that lies in the folder itself, under a name that an order of ours could have given it.
        var archive = new FileInfo(Path.Combine(Folder, Path.GetFileName(path)));
        return archive.FullName != path ? NodeFailures.KubeletArchive($"it is said to be {path}, which is not in {Folder}")
            : !note.IsOurs(archive.Name) ? NodeFailures.KubeletArchive($"{path} is no name of a checkpoint of this container and time")
            : !archive.Exists ? NodeFailures.KubeletArchive($"{path} is not there")
            : archive.LinkTarget is not null || (archive.Attributes & FileAttributes.ReparsePoint) != 0
                ? NodeFailures.KubeletArchive($"{path} is a link")
            : archive;
    }

    /// <summary>Removes what has come of an order.</summary>
    /// <param name="isOver">Whether nothing more can come; then its note goes too. A kubelet that nobody waits for any more may
    /// still write.</param>
    public void Remove(string noted, bool isOver)
    {
        try
        {
            var note = PrivateFiles.ReadJson<ArchiveNote>(noted);
            foreach (var name in note is { Prefix: not null, Before: not null } ? Named(note.Prefix).Where(note.IsOurs) : [])
            {
                File.Delete(Path.Combine(Folder, name));
                Removed(name);
            }
            if (isOver)
                File.Delete(noted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its note is still there: the next look tries again.
            NotRemoved(e.Message);
        }
    }

    /// <summary>Removes what nobody uses any more: of orders that can bring nothing more, or, at the worker's start, of
    /// all.</summary>
    public void RemoveLeft(DateTimeOffset now, bool all)
    {
        foreach (var noted in Directory.Exists(Notes) ? Directory.GetFiles(Notes, "*.json") : [])
        {
            var isOver = PrivateFiles.ReadJson<ArchiveNote>(noted) is not { } note || note.To < now;
            if (all || isOver)
                Remove(noted, isOver);
        }
    }

    [LoggerMessage(2707, LogLevel.Warning, "An archive of the kubelet could not be removed: {Cause}")]
    private partial void NotRemoved(string cause);

    [LoggerMessage(2701, LogLevel.Debug, "The kubelet's archive {Name} is removed")]
    private partial void Removed(string name);
}

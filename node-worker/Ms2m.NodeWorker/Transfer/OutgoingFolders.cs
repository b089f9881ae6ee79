using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Checkpoints made on this node.</summary>
public sealed class OutgoingFolders(WorkerOptions options, ILogger<OutgoingFolders> log)
{
    private const string Kept = "-kept";
    private const string Ahead = "-ahead";
    private const string AheadFile = "predump.json";

    public void Remove(Guid migrationId)
    {
        foreach (var folder in Folders().Where(f =>
            Path.GetFileName(f).StartsWith($"{migrationId:N}", StringComparison.Ordinal)))
            PrivateFiles.DeleteFolder(folder);
    }

    /// <summary>Keeps a checkpoint that was sent, until its migration discards it: its source may have to be restored from
    /// it.</summary>
    public void Keep(Guid migrationId, string folder)
    {
        PrivateFiles.DeleteFolder(KeptFor(migrationId));
        Directory.Move(folder, KeptFor(migrationId));
    }

    /// <summary>Where a checkpoint is that was kept.</summary>
    public string? FindKept(Guid migrationId) => Directory.Exists(KeptFor(migrationId)) ? KeptFor(migrationId) : null;

    /// <summary>An empty folder for memory that is written ahead of a migration's checkpoint. What an earlier one of it has left
    /// goes.</summary>
    public string NewAhead(Guid migrationId)
    {
        PrivateFiles.DeleteFolder(AheadFor(migrationId));
        var images = Path.Combine(AheadFor(migrationId), "images");
        foreach (var folder in (string[])[options.OutgoingFolder, AheadFor(migrationId), images])
            PrivateFiles.CreateFolder(folder);
        return images;
    }

    /// <summary>From here on the next checkpoint may build on it.</summary>
    public void MakeUsable(Guid migrationId, PreDump ahead) =>
        PrivateFiles.ReplaceJson(Path.Combine(AheadFor(migrationId), AheadFile), ahead);

    public void RemoveAhead(Guid migrationId) => PrivateFiles.DeleteFolder(AheadFor(migrationId));

    /// <summary>Moves what was written ahead into the folder of the one attempt that may build on it: the next one would not
    /// know what became of it. Null when there is none.</summary>
    public PreDump? TakeAhead(Guid migrationId, string attempt)
    {
        if (PrivateFiles.ReadJson<PreDump>(Path.Combine(AheadFor(migrationId), AheadFile)) is not { } ahead)
            return null;
        var folder = Path.Combine(attempt, "ahead");
        Directory.Move(AheadFor(migrationId), folder);
        return ahead with { Folder = Path.Combine(folder, "images") };
    }

    /// <summary>A transfer does not outlive the worker: what lies here at its start is nobody's, but for what was kept.</summary>
    public void RemoveAll()
    {
        foreach (var folder in Folders().Where(f => !f.EndsWith(Kept, StringComparison.Ordinal)))
        {
            TransferLog.Unclaimed(log, folder);
            PrivateFiles.DeleteFolder(folder);
        }
    }

    private string AheadFor(Guid migrationId) => Path.Combine(options.OutgoingFolder, $"{migrationId:N}{Ahead}");

    private string KeptFor(Guid migrationId) => Path.Combine(options.OutgoingFolder, $"{migrationId:N}{Kept}");

    private string[] Folders() =>
        Directory.Exists(options.OutgoingFolder) ? Directory.GetDirectories(options.OutgoingFolder) : [];
}

using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Checkpoints made on this node.</summary>
public sealed class OutgoingFolders(WorkerOptions options, ILogger<OutgoingFolders> log)
{
    private const string Kept = "-kept";

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

    /// <summary>A transfer does not outlive the worker: what lies here at its start is nobody's, but for what was kept.</summary>
    public void RemoveAll()
    {
        foreach (var folder in Folders().Where(f => !f.EndsWith(Kept, StringComparison.Ordinal)))
        {
            TransferLog.Unclaimed(log, folder);
            PrivateFiles.DeleteFolder(folder);
        }
    }

    private string KeptFor(Guid migrationId) => Path.Combine(options.OutgoingFolder, $"{migrationId:N}{Kept}");

    private string[] Folders() =>
        Directory.Exists(options.OutgoingFolder) ? Directory.GetDirectories(options.OutgoingFolder) : [];
}

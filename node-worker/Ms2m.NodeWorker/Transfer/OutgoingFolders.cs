using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Checkpoints made on this node.</summary>
public sealed class OutgoingFolders(WorkerOptions options, ILogger<OutgoingFolders> log)
{
    public void Remove(Guid migrationId)
    {
        foreach (var folder in Folders().Where(f =>
            Path.GetFileName(f).StartsWith($"{migrationId:N}", StringComparison.Ordinal)))
            PrivateFiles.DeleteFolder(folder);
    }

    /// <summary>A transfer does not outlive the worker: what lies here at its start is nobody's.</summary>
    public void RemoveAll()
    {
        foreach (var folder in Folders())
        {
            TransferLog.Unclaimed(log, folder);
            PrivateFiles.DeleteFolder(folder);
        }
    }

    private string[] Folders() =>
        Directory.Exists(options.OutgoingFolder) ? Directory.GetDirectories(options.OutgoingFolder) : [];
}

using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Instances;

/// <summary>Of containers that mount a folder of the node.</summary>
public sealed class FilesInFolders(InstanceFolders folders) : IInstanceFiles
{
    public string PathOf(string workload) => folders.PathOf(workload);

    public void Make(string workload) => folders.Make(workload);

    public ValueTask<Outcome<InstanceFile?>> ReadAsync(string workload, CancellationToken cancel) => new(folders.Read(workload));

    public ValueTask<Outcome<InstanceFile?>> FindAsync(string instanceId, CancellationToken cancel) => new(folders.Find(instanceId));

    public ValueTask<Outcome<IReadOnlyList<InstanceFile>>> ReadAllAsync(CancellationToken cancel) => new(folders.ReadAll().ToList());

    public ValueTask<Trouble?> WriteAsync(InstanceFile file, CancellationToken cancel)
    {
        folders.Write(file);
        return default;
    }

    public ValueTask<Trouble?> RetireAsync(string instanceId, CancellationToken cancel)
    {
        folders.Retire(instanceId);
        return default;
    }

    public void Remove(string instanceId, string? workload = null) => folders.Remove(instanceId, workload);
}

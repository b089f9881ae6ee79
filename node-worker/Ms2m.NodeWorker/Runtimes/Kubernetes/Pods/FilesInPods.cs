using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Instances;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

/// <summary>Instance files in an annotation of the instance's pod, which a volume shows to its container. The file of a pod that
/// is still to come, or to be let in, waits in the node's folder.</summary>
public sealed class FilesInPods(InstanceFolders folders, NodePods pods) : IInstanceFiles
{
    public string PathOf(string workload) => folders.PathOf(workload);

    public void Make(string workload) => folders.Make(workload);

    public async ValueTask<Outcome<InstanceFile?>> ReadAsync(string workload, CancellationToken cancel)
    {
        var all = FilesOf(await pods.InstancesAsync(cancel));
        return all.Failed ? all.Trouble : all.Value.FirstOrDefault(file => file.Workload == workload);
    }

    public async ValueTask<Outcome<InstanceFile?>> FindAsync(string instanceId, CancellationToken cancel)
    {
        var all = FilesOf(await pods.InstancesAsync(cancel));
        return all.Failed ? all.Trouble : all.Value.FirstOrDefault(file => file.InstanceId == instanceId);
    }

    public async ValueTask<Outcome<IReadOnlyList<InstanceFile>>> ReadAllAsync(CancellationToken cancel) =>
        FilesOf(await pods.SeenAsync(cancel));

    public async ValueTask<Trouble?> WriteAsync(InstanceFile file, CancellationToken cancel)
    {
        folders.Write(file);
        var found = await pods.FindAsync(file.InstanceId, cancel);
        return found.Failed ? found.Trouble
            : found.Value is { } pod ? await WriteAsync(pod, file, cancel) : null;
    }

    public async ValueTask<Trouble?> RetireAsync(string instanceId, CancellationToken cancel)
    {
        folders.Retire(instanceId);
        var found = await pods.FindAsync(instanceId, cancel);
        return found.Failed ? found.Trouble
            : found.Value is { } pod && PodWorkloads.FileOf(pod) is { } file
                ? await WriteAsync(pod, file with { Role = InstanceRole.Retired }, cancel)
                : null;
    }

    public void Remove(string instanceId, string? workload = null) => folders.Remove(instanceId, workload);

    internal static string Text(InstanceFile file) => JsonSerializer.Serialize(file, ContractJson.Options);

    // A pod that has gone meanwhile needs no file.
    private async ValueTask<Trouble?> WriteAsync(Pod pod, InstanceFile file, CancellationToken cancel)
    {
        // When it was let in stays true.
        var text = Text(file with { LetInAt = file.LetInAt ?? PodWorkloads.FileOf(pod)?.LetInAt });
        var marked = await pods.MarkAsync(
            pod, null, new Dictionary<string, string?> { [Markings.InstanceFile] = text }, asSeen: false, cancel);
        return marked.Trouble;
    }

    /// <summary>What stands in a pod counts: it is what its container sees.</summary>
    private Outcome<IReadOnlyList<InstanceFile>> FilesOf(Outcome<IReadOnlyList<Pod>> listed)
    {
        if (listed.Failed)
            return listed.Trouble;
        var there = listed.Value.OrderBy(pod => pod.Metadata.IsGoing).Select(PodWorkloads.FileOf).OfType<InstanceFile>().ToList();
        // One to come is newer than one of the same workload that is there.
        var instances = there.Select(file => file.InstanceId).ToHashSet();
        return (InstanceFile[])[.. folders.ReadAll().Where(file => !instances.Contains(file.InstanceId)), .. there];
    }
}

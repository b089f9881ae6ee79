using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Instances;

/// <summary>The folder that each workload's container sees as /ms2m, and the instance file in it.</summary>
public sealed class InstanceFolders(WorkerOptions options)
{
    private static readonly string FileName = Path.GetFileName(InstanceFile.DefaultPath);

    /// <exception cref="ArgumentException">It is no name. Whoever gave it should have been refused before, but this is
    /// where a name becomes a path that is written to and deleted.</exception>
    public string PathOf(string workload) => Names.IsValid(workload)
        ? Path.Combine(options.WorkloadsFolder, workload)
        : throw new ArgumentException("A workload's name must be a DNS label.", nameof(workload));

    public InstanceFile? Read(string workload) =>
        PrivateFiles.ReadJson<InstanceFile>(Path.Combine(PathOf(workload), FileName));

    /// <summary>The file of an instance, whatever its workload.</summary>
    public InstanceFile? Find(string instanceId) =>
        Workloads().Select(Read).FirstOrDefault(f => f?.InstanceId == instanceId);

    public IReadOnlyList<InstanceFile> ReadAll() => [.. Workloads().Select(Read).OfType<InstanceFile>()];

    public void Write(InstanceFile file)
    {
        Make(file.Workload);
        PrivateFiles.ReplaceJson(Path.Combine(PathOf(file.Workload), FileName), file);
    }

    /// <summary>The folder must be there before a container that mounts it, also when its file is not yet written.</summary>
    public void Make(string workload)
    {
        PrivateFiles.CreateFolder(options.WorkloadsFolder);
        PrivateFiles.CreateFolder(PathOf(workload));
    }

    /// <summary>Tells an instance to leave by itself, in case that it cannot be made to.</summary>
    public void Retire(string instanceId)
    {
        if (Find(instanceId) is { } file)
            Write(file with { Role = InstanceRole.Retired });
    }

    /// <summary>Removes the folder of an instance, unless it is another instance's by now.</summary>
    public void Remove(string instanceId, string? workload = null)
    {
        foreach (var name in workload is null ? Workloads() : [workload])
        {
            var file = Read(name);
            if (file?.InstanceId == instanceId || (file is null && workload is not null))
                PrivateFiles.DeleteFolder(PathOf(name));
        }
    }

    private IEnumerable<string> Workloads() => Directory.Exists(options.WorkloadsFolder)
        ? Directory.GetDirectories(options.WorkloadsFolder).Select(f => Path.GetFileName(f)).Where(n => Names.IsValid(n))
        : [];
}

using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>Pods of sources as this node has asked the API server for them, from the reservation on: by then a source's pod is
/// there, and when its checkpoint is restored it may be gone. What a checkpoint says of its pod is another node's word, and
/// whoever has broken into that node could ask for any pod here by it.</summary>
internal sealed class SourcePods(WorkerOptions options)
{
    /// <summary>Longer than any migration takes.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(1);

    private string Folder => Path.Combine(options.Data, "pods");

    /// <param name="instance">Which is to come of it.</param>
    public void Keep(string instance, Pod pod)
    {
        PrivateFiles.CreateFolder(Folder);
        PrivateFiles.Replace(PathOf(instance), JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod));
    }

    public bool Has(string instance) => File.Exists(PathOf(instance));

    public Outcome<Pod> Find(string instance, WorkloadSpec spec) => PodDocument.ReadFile(PathOf(instance), spec);

    public void Remove(string instance)
    {
        if (Has(instance))
            File.Delete(PathOf(instance));
    }

    /// <summary>Of migrations that are over.</summary>
    public void RemoveOld(DateTimeOffset now)
    {
        if (!Directory.Exists(Folder))
            return;
        foreach (var file in new DirectoryInfo(Folder).GetFiles().Where(file => now - file.LastWriteTimeUtc > Lasts))
            file.Delete();
    }

    private string PathOf(string instance) => Path.Combine(Folder, $"{Path.GetFileName(instance)}.json");
}

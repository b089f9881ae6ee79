using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>The worker sees what the kubelet writes. The kubelet makes the folder with its first checkpoint; the mount of the
/// worker's pod makes it before.</summary>
public sealed class KubeletFolderCheck(WorkerOptions options) : INodeCheck
{
    public bool IsEssential => true;

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var folder = (options.Kubernetes ?? new KubernetesSettings()).KubeletCheckpoints;
        var there = Directory.Exists(folder);
        return Task.FromResult(new NodeFeature(
            "kubelet-folder", there, there ? folder : $"{folder} is not mounted: deploy/kubernetes shows how"));
    }
}

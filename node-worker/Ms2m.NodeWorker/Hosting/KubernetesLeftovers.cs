using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Removes what an earlier life of the worker has left in the kubelet's folder and in the runtime's storage.</summary>
internal sealed class KubernetesLeftovers(KubeletArchives archives, KubernetesRuntime runtime) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        archives.RemoveAll();
        await runtime.ForgetImagesAsync(null, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Removes what is left in the kubelet's folder and in the runtime's storage: by an earlier life of the worker, at its
/// start; by calls that nobody waited for and removals that failed, from time to time.</summary>
internal sealed class KubernetesLeftovers(KubeletArchives archives, KubernetesRuntime runtime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        archives.RemoveLeft(time.GetUtcNow(), all: true);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Again, time);
        do
        {
            archives.RemoveLeft(time.GetUtcNow(), all: false);
            await runtime.ForgetLeftImagesAsync(stoppingToken);
            runtime.ForgetSources();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

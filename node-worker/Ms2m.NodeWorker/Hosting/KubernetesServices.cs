using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Preflight.Kubernetes;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What a worker is made of where containers are pods'.</summary>
internal static class KubernetesServices
{
    public static void AddKubernetesRuntime(this IServiceCollection services, KubernetesSettings settings)
    {
        if (settings.Connection is { } connection)
            services.AddSingleton<IKubernetesApi>(s => new KubernetesClient(connection, s.GetRequiredService<ILogger<KubernetesClient>>()));
        services.AddSingleton<NodePods>();
        services.AddSingleton<ThisNode>();
        services.AddSingleton<LossNotices>();
        services.AddSingleton(new ContainerProcesses());
        services.AddSingleton<KubeletArchives>();
        services.AddSingleton<KubeletCheckpoints>();
        services.AddSingleton<IImageLoader, ContainerdImages>();
        services.AddSingleton<IImageLoader, CrioImages>();
        services.AddSingleton<IImageLoader, RegistryImages>();
        services.AddSingleton<KubernetesRuntime>();
        services.AddSingleton<IContainerRuntime>(s => s.GetRequiredService<KubernetesRuntime>());
        services.AddSingleton<IInstanceFiles, FilesInPods>();
        services.AddSingleton<FoundWorkloads>();
        services.AddHostedService<KubernetesLeftovers>();

        services.AddSingleton<INodeCheck, RuntimeOfNodeCheck>();
        services.AddSingleton<INodeCheck, CheckpointRightCheck>();
        services.AddSingleton<INodeCheck, KubeletFolderCheck>();
        services.AddSingleton<INodeCheck, ImageLoadingCheck>();
        services.AddSingleton<INodeCheck, CriuOfNodeCheck>();
        services.AddSingleton<INodeCheck, TcpCloseCheck>();
        services.AddSingleton<INodeCheck>(new NotOfPods("workload-network"));
        services.AddSingleton<INodeCheck>(new NotOfPods("post-copy"));
    }
}

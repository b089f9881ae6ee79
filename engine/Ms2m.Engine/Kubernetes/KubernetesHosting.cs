using Ms2m.Engine.Kubernetes.Draining;
using Ms2m.Engine.Kubernetes.Evicting;
using Ms2m.Engine.Kubernetes.Leading;
using Ms2m.Engine.Kubernetes.Operating;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Ownership;

namespace Ms2m.Engine.Kubernetes;

/// <summary>What an engine does besides where its workloads are pods. Migrations themselves run on every engine.</summary>
internal static class KubernetesHosting
{
    public static void AddKubernetesParts(this IServiceCollection services, KubernetesOptions? options)
    {
        if (options is null)
        {
            return;
        }

        services.AddSingleton(options);
        if (options.Connection is { } connection)
        {
            services.AddSingleton<IKubernetesApi>(provider => new KubernetesClient(
                connection, provider.GetRequiredService<ILogger<KubernetesClient>>()));
        }

        services.AddSingleton<IPodOwnership, PodOwnership>();
        services.AddSingleton<ClusterEvents>();
        services.AddSingleton<Reconciler>();
        services.AddSingleton<ILeaderDuty, MigrationOperator>();
        services.AddSingleton<ILeaderDuty, NodeDrain>();
        services.AddSingleton<LeaderElection>();
        services.AddHostedService(provider => provider.GetRequiredService<LeaderElection>());
        services.AddSingleton<EvictionHook>();
        services.AddSingleton<AdmissionCertificate>();
        services.AddSingleton<AdmissionClients>();
        services.AddSingleton<AdmissionServer>();
        services.AddHostedService(provider => provider.GetRequiredService<AdmissionServer>());
    }
}

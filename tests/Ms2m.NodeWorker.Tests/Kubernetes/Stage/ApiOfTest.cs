using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Stage;

/// <summary>The simulated cluster with a kubelet that writes archives.</summary>
internal sealed class ApiOfTest(SimulatedCluster cluster) : IKubernetesApi
{
    /// <summary>What the kubelet does; by default what the cluster says.</summary>
    public Func<CheckpointOrder, ApiAnswer<string>>? Kubelet { get; set; }

    public List<CheckpointOrder> Orders { get; } = [];

    public Task<ApiAnswer<T>> GetAsync<T>(Kind<T> kind, ObjectName name, CancellationToken cancel)
        where T : KubernetesObject => cluster.GetAsync(kind, name, cancel);

    public Task<ApiAnswer<ObjectList<T>>> ListAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject => cluster.ListAsync(kind, which, cancel);

    public IAsyncEnumerable<Watched<T>> WatchAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject => cluster.WatchAsync(kind, which, cancel);

    public Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel)
        where T : KubernetesObject => cluster.CreateAsync(kind, what, cancel);

    public Task<ApiAnswer<T>> ReplaceAsync<T>(Kind<T> kind, T what, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject => cluster.ReplaceAsync(kind, what, cancel, subresource);

    public Task<ApiAnswer<T>> PatchAsync<T>(Kind<T> kind, ObjectName name, Patch patch, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject => cluster.PatchAsync(kind, name, patch, cancel, subresource);

    public Task<ApiAnswer<Ms2m.Kubernetes.Api.Done>> DeleteAsync<T>(Kind<T> kind, ObjectName name, Deletion how, CancellationToken cancel)
        where T : KubernetesObject => cluster.DeleteAsync(kind, name, how, cancel);

    public Task<ApiAnswer<Scale>> ScaleAsync<T>(Kind<T> kind, ObjectName name, int replicas, CancellationToken cancel, string? resourceVersion = null)
        where T : KubernetesObject => cluster.ScaleAsync(kind, name, replicas, cancel, resourceVersion);

    public Task<ApiAnswer<string>> CheckpointAsync(CheckpointOrder order, CancellationToken cancel)
    {
        Orders.Add(order);
        return Kubelet is { } kubelet ? Task.FromResult(kubelet(order)) : cluster.CheckpointAsync(order, cancel);
    }
}

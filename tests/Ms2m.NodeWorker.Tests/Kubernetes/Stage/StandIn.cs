using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Stage;

/// <summary>A server that is asked one thing only.</summary>
internal abstract class StandIn : IKubernetesApi
{
    public virtual Task<ApiAnswer<T>> GetAsync<T>(Kind<T> kind, ObjectName name, CancellationToken cancel)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<ObjectList<T>>> ListAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual IAsyncEnumerable<Watched<T>> WatchAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<T>> ReplaceAsync<T>(Kind<T> kind, T what, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<T>> PatchAsync<T>(Kind<T> kind, ObjectName name, Patch patch, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<Ms2m.Kubernetes.Api.Done>> DeleteAsync<T>(Kind<T> kind, ObjectName name, Deletion how, CancellationToken cancel)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<Scale>> ScaleAsync<T>(Kind<T> kind, ObjectName name, int replicas, CancellationToken cancel, string? resourceVersion = null)
        where T : KubernetesObject => throw new NotSupportedException();

    public virtual Task<ApiAnswer<string>> CheckpointAsync(CheckpointOrder order, CancellationToken cancel) => throw new NotSupportedException();
}

using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Api;

/// <summary>The calls of the Kubernetes API that a migration makes. Refusals of the server are values; exceptions are for
/// cancellation and bugs. What the server asks to be repeated (429, 503 with Retry-After, a broken connection before an
/// answer to a call that may be repeated) has been repeated before an answer is given.</summary>
public interface IKubernetesApi
{
    Task<ApiAnswer<T>> GetAsync<T>(Kind<T> kind, ObjectName name, CancellationToken cancel)
        where T : KubernetesObject;

    /// <summary>All that were selected, page by page behind the scenes, and the version at which the list was true.</summary>
    Task<ApiAnswer<ObjectList<T>>> ListAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject;

    /// <summary>What is there, then what changes, for as long as it is asked: a watch that ends or is too old (410) is begun
    /// anew by itself. After each <see cref="WatchedKind.Synchronized"/> whoever keeps a picture has all of it; what it did not
    /// hear of since the last <see cref="WatchedKind.Restarted"/> is gone.</summary>
    /// <exception cref="KubernetesRefusedException">The server will not let us watch, however often it is asked (401, 403,
    /// 404).</exception>
    IAsyncEnumerable<Watched<T>> WatchAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject;

    Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel)
        where T : KubernetesObject;

    /// <summary>Refused with 409 when its <see cref="ObjectMeta.ResourceVersion"/> is not the newest.</summary>
    Task<ApiAnswer<T>> ReplaceAsync<T>(Kind<T> kind, T what, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject;

    Task<ApiAnswer<T>> PatchAsync<T>(Kind<T> kind, ObjectName name, Patch patch, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject;

    Task<ApiAnswer<Done>> DeleteAsync<T>(Kind<T> kind, ObjectName name, Deletion how, CancellationToken cancel)
        where T : KubernetesObject;

    Task<ApiAnswer<Scale>> ScaleAsync<T>(Kind<T> kind, ObjectName name, int replicas, CancellationToken cancel, string? resourceVersion = null)
        where T : KubernetesObject;

    /// <summary>Checkpoints a running container, which runs on.</summary>
    /// <returns>Path of the archive on that node.</returns>
    Task<ApiAnswer<string>> CheckpointAsync(CheckpointOrder order, CancellationToken cancel);
}

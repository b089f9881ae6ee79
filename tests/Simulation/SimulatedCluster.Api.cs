using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

internal sealed partial class SimulatedCluster : IKubernetesApi
{
    public Task<ApiAnswer<T>> GetAsync<T>(Kind<T> kind, ObjectName name, CancellationToken cancel)
        where T : KubernetesObject =>
        Call(new ApiCall("get", kind.Plural, name.Namespace, name.Name), () => Store.Find(kind, name.Namespace, name.Name) is { } found
            ? (ApiAnswer<T>)found
            : Problems.NotFound(Resource.Of(kind).Key(name.Namespace, name.Name)), cancel);

    public Task<ApiAnswer<ObjectList<T>>> ListAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject =>
        Call<ObjectList<T>>(new ApiCall("list", kind.Plural, which.Namespace, null, $"{which.Labels} {which.Fields}".Trim()), () =>
            Selecting.Misunderstood(Resource.Of(kind), which) is { } problem ? problem : Listed(kind, which), cancel);

    public async IAsyncEnumerable<Watched<T>> WatchAsync<T>(
        Kind<T> kind, Selection which, [EnumeratorCancellation] CancellationToken cancel)
        where T : KubernetesObject
    {
        var resource = Resource.Of(kind);
        var call = new ApiCall("watch", kind.Plural, which.Namespace, null, $"{which.Labels} {which.Fields}".Trim());
        while (true)
        {
            long heard;
            IReadOnlyList<T> there;
            lock (_gate)
            {
                Calls.Add(call);
                if ((Refuse?.Invoke(call) ?? Selecting.Misunderstood(resource, which)) is { } problem)
                {
                    throw new KubernetesRefusedException(problem);
                }
                (heard, there) = (Store.State.Version, Listed(kind, which).Items);
            }
            yield return new Watched<T>(WatchedKind.Restarted, null);
            foreach (var one in there)
            {
                yield return new Watched<T>(WatchedKind.Present, one);
            }
            yield return new Watched<T>(WatchedKind.Synchronized, null);
            while (true)
            {
                Task more;
                List<Change> news;
                bool tooOld;
                lock (_gate)
                {
                    var told = Store.State.Changes.GetValueOrDefault(resource.Name) ?? [];
                    news = [.. told.Where(change => change.Version > heard)];
                    (more, tooOld) = (_changed.Task, heard < Store.State.Oldest);
                    heard = Store.State.Version;
                }
                if (tooOld)
                {
                    break;
                }
                foreach (var change in news)
                {
                    if (change.Now is T now && Selecting.Matches(resource, which, now))
                    {
                        yield return new Watched<T>(WatchedKind.Present, now);
                    }
                    else if (change.Before is T before && Selecting.Matches(resource, which, before))
                    {
                        yield return new Watched<T>(WatchedKind.Gone, before);
                    }
                }
                if (news.Count == 0)
                {
                    await more.WaitAsync(cancel);
                }
            }
        }
    }

    public Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel)
        where T : KubernetesObject =>
        Call(
            new ApiCall("create", kind.Plural, what.Metadata.Namespace, what.Metadata.Name, Text(kind, what)),
            () => Server.Create(Store, kind, what), cancel);

    public Task<ApiAnswer<T>> ReplaceAsync<T>(Kind<T> kind, T what, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject =>
        Call(
            new ApiCall("update", Path(kind, subresource), what.Metadata.Namespace, what.Metadata.Name, Text(kind, what)),
            () => Server.Replace(Store, kind, what, subresource), cancel);

    public Task<ApiAnswer<T>> PatchAsync<T>(
        Kind<T> kind, ObjectName name, Patch patch, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject =>
        Call(
            new ApiCall("patch", Path(kind, subresource), name.Namespace, name.Name, patch.Body.ToJsonString()),
            () => Server.Change(Store, kind, name, patch, subresource), cancel);

    public Task<ApiAnswer<Done>> DeleteAsync<T>(Kind<T> kind, ObjectName name, Deletion how, CancellationToken cancel)
        where T : KubernetesObject =>
        Call(
            new ApiCall("delete", kind.Plural, name.Namespace, name.Name, how.ToString()),
            () => Server.Delete(Store, Resource.Of(kind), name, how), cancel);

    public Task<ApiAnswer<Scale>> ScaleAsync<T>(
        Kind<T> kind, ObjectName name, int replicas, CancellationToken cancel, string? resourceVersion = null)
        where T : KubernetesObject =>
        Call<Scale>(
            new ApiCall("patch", $"{kind.Plural}/scale", name.Namespace, name.Name, replicas.ToString(CultureInfo.InvariantCulture)),
            () => Scaled(kind, name, replicas, resourceVersion), cancel);

    public Task<ApiAnswer<string>> CheckpointAsync(CheckpointOrder order, CancellationToken cancel) =>
        Call<string>(new ApiCall("create", "nodes/checkpoint", order.Namespace, order.Pod, order.Container), () =>
        {
            if (Store.State.LostNodes.Contains(order.Node))
            {
                return new ApiProblem(503, "ServiceUnavailable", "error trying to reach service: connection refused");
            }
            if (Store.Find(Kinds.Pods, order.Namespace, order.Pod) is not { } pod || pod.Spec?.NodeName != order.Node)
            {
                return new ApiProblem(404, "", "pod does not exist");
            }
            if (pod.Spec.Containers?.Any(one => one.Name == order.Container) != true)
            {
                return new ApiProblem(404, "", $"container {order.Container} does not exist");
            }
            return Store.State.Running.ContainsKey(pod.Metadata.Uid!)
                ? $"/var/lib/kubelet/checkpoints/checkpoint-{order.Pod}_{order.Namespace}-{order.Container}-{Store.State.Now:yyyy-MM-ddTHH:mm:ssZ}.tar"
                : new ApiProblem(500, "", $"checkpointing of {order.Namespace}/{order.Pod}/{order.Container} failed (container {order.Container} not found)");
        }, cancel);

    private ApiAnswer<Scale> Scaled<T>(Kind<T> kind, ObjectName name, int replicas, string? resourceVersion)
        where T : KubernetesObject
    {
        if (replicas < 0)
        {
            return Problems.Invalid(
                "Scale.autoscaling", name.Name, "spec.replicas", $"Invalid value: {replicas}: must be greater than or equal to 0");
        }
        var meta = new JsonObject();
        if (resourceVersion is not null)
        {
            meta["resourceVersion"] = resourceVersion;
        }
        var patch = Patch.Merge(new JsonObject { ["metadata"] = meta, ["spec"] = new JsonObject { ["replicas"] = replicas } });
        var answer = Server.Change(Store, kind, name, patch, null);
        return answer.Problem is { } problem ? problem : new Scale
        {
            ApiVersion = "autoscaling/v1",
            Kind = "Scale",
            Metadata = answer.Value.Metadata with { Labels = null, Annotations = null, OwnerReferences = null, Generation = null },
            Spec = new ScaleSpec { Replicas = replicas },
        };
    }

    private ObjectList<T> Listed<T>(Kind<T> kind, Selection which)
        where T : KubernetesObject
    {
        var resource = Resource.Of(kind);
        return new ObjectList<T>(
            Store.State.Version.ToString(CultureInfo.InvariantCulture),
            [.. Store.All(kind).Where(one => Selecting.Matches(resource, which, one))]);
    }

    private Task<ApiAnswer<T>> Call<T>(ApiCall call, Func<ApiAnswer<T>> answer, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            Calls.Add(call);
            if (Refuse?.Invoke(call) is { } refusal)
            {
                return Task.FromResult<ApiAnswer<T>>(refusal);
            }
            var version = Store.State.Version;
            var given = answer();
            if (Lives)
            {
                Settling.Run(this);
            }
            if (Store.State.Version != version)
            {
                Tell();
            }
            return Task.FromResult(given);
        }
    }

    private static string Path<T>(Kind<T> kind, string? subresource)
        where T : KubernetesObject => subresource is null ? kind.Plural : $"{kind.Plural}/{subresource}";

    private static string Text<T>(Kind<T> kind, T what)
        where T : KubernetesObject => JsonSerializer.Serialize(what, kind.Json);
}

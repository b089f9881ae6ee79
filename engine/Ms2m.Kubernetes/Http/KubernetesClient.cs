using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http;

/// <summary>The API, spoken by HTTP. One for the life of a program: it keeps connections.
/// <para>What is repeated before an answer is given, within <see cref="ClientLimits.Repeating"/>: a refused connection and 429
/// with Retry-After, always; a connection that broke, a try that took too long and 5xx with Retry-After, unless it was a
/// creation, a checkpoint or a patch by operations. After such a loss of one of these its caller has to look what is there.
/// A repeated change that had been done is answered with 409, a repeated deletion with 404.</para></summary>
public sealed partial class KubernetesClient : IKubernetesApi, IDisposable
{
    private readonly KubernetesConnection _connection;
    private readonly ClientLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ServerLine _line;
    private readonly Calls _calls;

    public KubernetesClient(
        KubernetesConnection connection, ILogger<KubernetesClient> logger, TimeProvider? time = null, ClientLimits? limits = null)
    {
        (_connection, _logger, _time, _limits) = (connection, logger, time ?? TimeProvider.System, limits ?? new ClientLimits());
        _line = new ServerLine(connection.Server, connection.Login, connection.Trust, connection.Proxy, TimeSpan.FromSeconds(10));
        _calls = new Calls(_limits, new Repetition(_limits.Repeating, Random.Shared.NextDouble), _time, logger);
    }

    /// <summary>Of the server, such as <c>v1.36.2</c>: also the cheapest way to find out whether it is there.</summary>
    public Task<ApiAnswer<string>> VersionAsync(CancellationToken cancel) => _calls.MakeAsync(
        _line, ApiCall.Get("version"), body => JsonNode.Parse(body.Span)?["gitVersion"]?.GetValue<string>() ?? "", cancel);

    public async Task<ApiAnswer<T>> GetAsync<T>(Kind<T> kind, ObjectName name, CancellationToken cancel)
        where T : KubernetesObject =>
        ResourcePath.Of(kind, name) is { Problem: null, Value: var path }
            ? await _calls.MakeAsync(_line, ApiCall.Get(path), Read(kind.Json), cancel)
            : ResourcePath.Of(kind, name).Problem!;

    public async Task<ApiAnswer<T>> CreateAsync<T>(Kind<T> kind, T what, CancellationToken cancel)
        where T : KubernetesObject
    {
        var path = ResourcePath.Of(kind, what.Metadata.Namespace, one: true);
        return path.Problem is { } problem
            ? problem
            : await _calls.MakeAsync(_line, Sending(HttpMethod.Post, path.Value, kind, what, repeatable: false), Read(kind.Json), cancel);
    }

    public async Task<ApiAnswer<T>> ReplaceAsync<T>(Kind<T> kind, T what, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject
    {
        var path = ResourcePath.Of(kind, new ObjectName(what.Metadata.Namespace, what.Metadata.Name ?? ""), subresource);
        return path.Problem is { } problem
            ? problem
            : await _calls.MakeAsync(_line, Sending(HttpMethod.Put, path.Value, kind, what, repeatable: true), Read(kind.Json), cancel);
    }

    public Task<ApiAnswer<T>> PatchAsync<T>(Kind<T> kind, ObjectName name, Patch patch, CancellationToken cancel, string? subresource = null)
        where T : KubernetesObject => PatchedAsync(kind, name, patch, subresource, kind.Json, cancel);

    public async Task<ApiAnswer<Done>> DeleteAsync<T>(Kind<T> kind, ObjectName name, Deletion how, CancellationToken cancel)
        where T : KubernetesObject
    {
        var path = ResourcePath.Of(kind, name);
        if (path.Problem is { } problem)
        {
            return problem;
        }

        var call = ApiCall.WithJson(HttpMethod.Delete, path.Value, JsonBody.Of(JsonBody.Options(how)), repeatable: true);
        return await _calls.MakeAsync(_line, call, _ => default(Done), cancel);
    }

    public Task<ApiAnswer<Scale>> ScaleAsync<T>(
        Kind<T> kind, ObjectName name, int replicas, CancellationToken cancel, string? resourceVersion = null)
        where T : KubernetesObject
    {
        var change = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } };
        if (resourceVersion is not null)
        {
            change["metadata"] = new JsonObject { ["resourceVersion"] = resourceVersion };
        }

        return PatchedAsync(kind, name, Patch.Merge(change), "scale", KubernetesJson.Default.Scale, cancel);
    }

    /// <summary>Asks for a pod to go, as <c>kubectl drain</c> does: refused with 429 for as long as a disruption budget or
    /// somebody's admission hook does not let it.</summary>
    public async Task<ApiAnswer<Done>> EvictAsync(ObjectName pod, Deletion how, CancellationToken cancel)
    {
        var path = ResourcePath.Of(Kinds.Pods, pod, "eviction");
        if (path.Problem is { } problem)
        {
            return problem;
        }

        var call = ApiCall.WithJson(HttpMethod.Post, path.Value, JsonBody.Of(JsonBody.Eviction(pod, how)), repeatable: false);
        return await _calls.MakeAsync(_line, call, _ => default(Done), cancel);
    }

    private async Task<ApiAnswer<TAnswer>> PatchedAsync<T, TAnswer>(
        Kind<T> kind, ObjectName name, Patch patch, string? subresource, JsonTypeInfo<TAnswer> json, CancellationToken cancel)
        where T : KubernetesObject
    {
        var path = ResourcePath.Of(kind, name, subresource);
        if (path.Problem is { } problem)
        {
            return problem;
        }

        var target = patch.FieldManager is { } manager
            ? $"{path.Value}?fieldManager={Uri.EscapeDataString(manager)}&force={(patch.Force ? "true" : "false")}"
            : path.Value;
        // Operations count places in lists: done twice they may add twice.
        var repeatable = patch.Body is not JsonArray;
        var call = new ApiCall(HttpMethod.Patch, target, repeatable, JsonBody.Of(patch.Body), patch.ContentType);
        return await _calls.MakeAsync(_line, call, Read(json), cancel);
    }

    private static ApiCall Sending<T>(HttpMethod method, string path, Kind<T> kind, T what, bool repeatable)
        where T : KubernetesObject
    {
        var named = what with { ApiVersion = what.ApiVersion ?? kind.ApiVersion, Kind = what.Kind ?? kind.Name };
        return ApiCall.WithJson(method, path, JsonSerializer.SerializeToUtf8Bytes(named, kind.Json), repeatable);
    }

    private static Func<ReadOnlyMemory<byte>, T> Read<T>(JsonTypeInfo<T> json) =>
        body => JsonSerializer.Deserialize(body.Span, json) ?? throw new JsonException("it is null");
}

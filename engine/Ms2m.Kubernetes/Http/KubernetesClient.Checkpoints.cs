using System.Collections.Concurrent;
using System.Text.Json;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Http;

public sealed partial class KubernetesClient
{
    // To take a connection in: whoever asks a kubelet is on its node, or next to it.
    private static readonly TimeSpan _near = TimeSpan.FromSeconds(3);

    // A kubelet's certificate may be made out to its node's name, so each node has a line of its own.
    private readonly ConcurrentDictionary<(Uri Kubelet, string Node), Lazy<ServerLine>> _kubelets = new();

    /// <summary>Never repeated once it may have been heard: every checkpoint stops the container for a moment and leaves an
    /// archive behind. A kubelet itself is asked once, as there is the way through the API server; see
    /// <see cref="ApiProblem.IsUnheard"/>. A kubelet that has just refused keeps refusing for up to half a minute after the permission was
    /// granted; that is for the caller to wait for, or not.</summary>
    public async Task<ApiAnswer<string>> CheckpointAsync(CheckpointOrder order, CancellationToken cancel)
    {
        var path = ResourcePath.OfCheckpoint(order);
        if (path.Problem is { } problem)
        {
            return problem;
        }

        if (order.Kubelet is { } kubelet && kubelet.Scheme != Uri.UriSchemeHttps)
        {
            return new ApiProblem(422, "Invalid", $"The kubelet's address {kubelet} is not https: it would show our token to everybody.");
        }

        // The runtime's limit is the runtime's to keep; ours only finds out that nobody keeps it.
        var limit = order.TimeLimit is { } ordered ? ordered + _limits.Call : _limits.Checkpoint;
        var call = new ApiCall(HttpMethod.Post, path.Value, Repeatable: false, Limit: limit, HasAnotherWay: order.Kubelet is not null);
        return await _calls.MakeAsync(order.Kubelet is null ? _line : KubeletOf(order), call, Archive, cancel);
    }

    public void Dispose()
    {
        _line.Dispose();
        foreach (var kubelet in _kubelets.Values)
        {
            kubelet.Value.Dispose();
        }
    }

    private ServerLine KubeletOf(CheckpointOrder order) => _kubelets.GetOrAdd(
        (order.Kubelet!, order.Node),
        at => new Lazy<ServerLine>(() => new ServerLine(at.Kubelet, _connection.Login, _connection.Kubelets, proxy: null, _near, at.Node))).Value;

    private static string Archive(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array
            && items.GetArrayLength() > 0 && items[0].GetString() is { Length: > 0 } path
            ? path
            : throw new JsonException("it names no archive");
    }
}

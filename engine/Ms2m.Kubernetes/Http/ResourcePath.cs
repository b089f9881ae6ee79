using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http;

/// <summary>Where objects are in the API. Names come from people, too: one that would lead elsewhere (empty, <c>..</c>) is
/// refused before the server is asked, as <c>DELETE …/pods/</c> would take them all.</summary>
internal static class ResourcePath
{
    public static ApiAnswer<string> Of<T>(Kind<T> kind, ObjectName name, string? subresource = null)
        where T : KubernetesObject
    {
        var all = Of(kind, name.Namespace, one: true);
        if (all.Problem is not null)
        {
            return all;
        }

        if (Segment(name.Name, "name") is { Problem: { } problem })
        {
            return problem;
        }

        var path = $"{all.Value}/{Uri.EscapeDataString(name.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    /// <summary>Of all of a kind, in one namespace or in every one.</summary>
    public static ApiAnswer<string> Of<T>(Kind<T> kind, string? ns, bool one = false)
        where T : KubernetesObject
    {
        var root = kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.Group}/{kind.Version}";
        if (!kind.Namespaced || (ns is null && !one))
        {
            return $"{root}/{kind.Plural}";
        }

        return Segment(ns, "namespace") is { Problem: { } problem }
            ? problem
            : $"{root}/namespaces/{Uri.EscapeDataString(ns!)}/{kind.Plural}";
    }

    public static ApiAnswer<string> OfCheckpoint(CheckpointOrder order)
    {
        foreach (var (value, what) in new[]
            { (order.Node, "node"), (order.Namespace, "namespace"), (order.Pod, "pod"), (order.Container, "container") })
        {
            if (Segment(value, what) is { Problem: { } problem })
            {
                return problem;
            }
        }

        var path = $"checkpoint/{Uri.EscapeDataString(order.Namespace)}/{Uri.EscapeDataString(order.Pod)}/{Uri.EscapeDataString(order.Container)}";
        path = order.Kubelet is null ? $"api/v1/nodes/{Uri.EscapeDataString(order.Node)}/proxy/{path}" : path;
        return order.TimeLimit is { } limit ? $"{path}?timeout={(long)Math.Ceiling(limit.TotalSeconds)}" : path;
    }

    private static ApiAnswer<string> Segment(string? value, string what) =>
        value is { Length: > 0 } and not ("." or "..") && value.IndexOfAny(['/', '%']) < 0
            ? value
            : new ApiProblem(422, "Invalid", $"'{value}' cannot be the name of a {what}.");
}

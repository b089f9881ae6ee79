using System.Text.Json;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>Whether a pod may be on a node, by what both say. A copy is put onto its node by name, past the scheduler, so that
/// nobody else asks before the kubelet does.</summary>
internal static class NodeFit
{
    public static bool IsReady(Node node) =>
        node.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true && !node.Metadata.IsGoing;

    /// <summary>Somebody wants it empty, by its mark or by its taint.</summary>
    public static bool IsMarkedForDrain(Node node) =>
        node.Metadata.Label(Markings.Drain) == "true" || node.Spec?.Taints?.Any(taint => taint.Key == Markings.Drain) == true;

    /// <summary>Marked, and nothing new comes to it meanwhile.</summary>
    public static bool IsDrained(Node node) =>
        (node.Spec?.Unschedulable == true && node.Metadata.Label(Markings.Drain) == "true")
        || node.Spec?.Taints?.Any(taint => taint is { Key: Markings.Drain, Effect: "NoSchedule" or "NoExecute" }) == true;

    /// <summary>Its container runtime, without the version: a checkpoint does not cross.</summary>
    public static string? RuntimeOf(Node? node) => node?.Status?.NodeInfo?.ContainerRuntimeVersion?.Split("://")[0];

    public static bool Accepts(Node node, Pod pod) =>
        node.Spec?.Unschedulable != true && IsReady(node) && !IsMarkedForDrain(node) && Selected(node, pod) && Tolerated(node, pod);

    private static bool Selected(Node node, Pod pod) =>
        Member(pod, "nodeSelector") is not { ValueKind: JsonValueKind.Object } selector
        || selector.EnumerateObject().All(label => node.Metadata.Label(label.Name) == label.Value.GetString());

    private static bool Tolerated(Node node, Pod pod)
    {
        var tolerations = Member(pod, "tolerations") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : Array.Empty<JsonElement>();
        return (node.Spec?.Taints ?? []).Where(taint => taint.Effect is "NoSchedule" or "NoExecute")
            .All(taint => tolerations.Any(one => Tolerates(one, taint)));
    }

    private static bool Tolerates(JsonElement toleration, Taint taint) =>
        (Text(toleration, "effect") is not { Length: > 0 } effect || effect == taint.Effect)
        && (Text(toleration, "key"), Text(toleration, "operator")) switch
        {
            (null or "", "Exists") => true,
            (var key, "Exists") => key == taint.Key,
            (var key, _) => key == taint.Key && (Text(toleration, "value") ?? "") == (taint.Value ?? ""),
        };

    private static JsonElement? Member(Pod pod, string name) =>
        pod.Spec?.Others is { } others && others.TryGetValue(name, out var member) ? member : null;

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}

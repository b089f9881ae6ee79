using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>What a pod is to its workload, as far as its marks say.</summary>
internal static class PodPlace
{
    /// <summary>How long somebody's wish to evict a pod holds: who wants it still asks every few seconds.</summary>
    public static TimeSpan WishHolds { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after its move a pod is taken for the one that somebody still believes to be where it was.</summary>
    private static readonly TimeSpan _newHere = TimeSpan.FromHours(1);

    /// <summary>Whether it holds state that would be lost with it: it was let in, has not handed over, and lives.</summary>
    public static bool HoldsState(Pod pod) =>
        pod.Metadata.Label(Markings.Workload) is not null && pod.Metadata.Label(Markings.Instance) is not null
        && pod.Status?.Phase is not ("Succeeded" or "Failed") && !HasLostState(pod) && RoleOf(pod) != InstanceRole.Retired;

    /// <summary>Whether a migration has brought it here lately, and nobody wants this node empty.</summary>
    public static bool HasJustCome(Pod pod, Node? node, DateTimeOffset now) =>
        pod.Metadata.Label(Markings.Migration) is not null && now - pod.Metadata.CreationTimestamp < _newHere
        && node is { Spec.Unschedulable: not true } && !NodeFit.IsMarkedForDrain(node);

    /// <summary>A container that the kubelet has started again under another id has nothing of what it had learned.</summary>
    private static bool HasLostState(Pod pod)
    {
        var name = pod.Metadata.Annotation(Markings.Container) ?? (pod.Spec?.Containers is [var first, ..] ? first.Name : null);
        return pod.Status?.ContainerStatuses?.FirstOrDefault(one => one.Name == name) is { } container
            && (pod.Metadata.Annotation(Markings.LetIn) is { } letIn
                ? container.ContainerID is { } id && id != letIn
                : container.RestartCount > 0);
    }

    /// <summary>As its instance file says; active where it says nothing that could be read.</summary>
    public static InstanceRole RoleOf(Pod pod)
    {
        try
        {
            return pod.Metadata.Annotation(Markings.InstanceFile) is { Length: > 0 } file
                ? JsonSerializer.Deserialize<InstanceFile>(file, ContractJson.Options)?.Role ?? InstanceRole.Active
                : InstanceRole.Active;
        }
        catch (JsonException)
        {
            return InstanceRole.Active;
        }
    }

    /// <summary>Whether there is a moment in which nothing of it runs when it is moved.</summary>
    public static bool HasGap(Pod pod) =>
        pod.Metadata.Controller is { Kind: "StatefulSet" } || pod.Metadata.Annotation(Markings.Unique) == "true";

    /// <summary>Whether its owner gives the same name again; a restored one has its owner only when it is taken over.</summary>
    public static bool HasFixedName(Pod pod) =>
        pod.Metadata.Controller is { Kind: "StatefulSet" }
        || pod.Metadata.Annotation(Markings.FormerOwner)?.StartsWith("StatefulSet/", StringComparison.Ordinal) == true;

    public static bool IsToBeEvicted(Pod pod, DateTimeOffset now) =>
        pod.Metadata.Annotation(Markings.Eviction)?.Split(' ') is [var node, var at] && node == pod.Spec?.NodeName
        && DateTimeOffset.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out var when) && now - when < WishHolds;

    /// <summary>The annotation's value that says so.</summary>
    public static string EvictionOf(Pod pod, DateTimeOffset now) =>
        $"{pod.Spec?.NodeName} {now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)}";
}

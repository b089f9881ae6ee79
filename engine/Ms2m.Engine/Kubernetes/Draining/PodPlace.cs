using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>What a pod is to its workload, as far as its marks say.</summary>
internal static class PodPlace
{
    /// <summary>How long somebody's wish to evict a pod holds: who wants it still asks every few seconds.</summary>
    public static TimeSpan WishHolds { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether it holds state that would be lost with it: it was let in, has not handed over, and lives.</summary>
    public static bool HoldsState(Pod pod) =>
        pod.Metadata.Label(Markings.Workload) is not null && pod.Metadata.Label(Markings.Instance) is not null
        && pod.Status?.Phase is not ("Succeeded" or "Failed") && RoleOf(pod) != InstanceRole.Retired;

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

    public static bool IsToBeEvicted(Pod pod, DateTimeOffset now) =>
        pod.Metadata.Annotation(Markings.Eviction)?.Split(' ') is [var node, var at] && node == pod.Spec?.NodeName
        && DateTimeOffset.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out var when) && now - when < WishHolds;

    /// <summary>The annotation's value that says so.</summary>
    public static string EvictionOf(Pod pod, DateTimeOffset now) =>
        $"{pod.Spec?.NodeName} {now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)}";
}

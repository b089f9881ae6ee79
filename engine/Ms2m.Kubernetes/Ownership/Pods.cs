using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>What matters of a pod here.</summary>
internal static class Pods
{
    /// <summary>No owner counts on it any longer.</summary>
    public static bool HasEnded(Pod pod) => pod.Metadata.IsGoing || pod.Status?.Phase is "Failed" or "Succeeded";

    /// <summary>What the container would lose, or find different, on another node.</summary>
    public static ApiProblem? CheckVolumes(Goal goal, Pod pod)
    {
        foreach (var volume in Mounted(pod, goal.Pod.Container))
        {
            if (Is(volume, "emptyDir"))
            {
                return OwnershipProblems.EmptyDir(volume.Name);
            }
            if (Is(volume, "hostPath"))
            {
                return OwnershipProblems.HostPath(volume.Name);
            }
        }
        return null;
    }

    /// <summary>Claims of the pod, which its copy has too.</summary>
    public static IEnumerable<string> Claims(Pod pod) => (pod.Spec?.Volumes ?? [])
        .Select(volume => volume.Others?.TryGetValue("persistentVolumeClaim", out var claim) == true
            && claim.TryGetProperty("claimName", out var name) ? name.GetString() : null)
        .OfType<string>();

    private static IEnumerable<PodVolume> Mounted(Pod pod, string container)
    {
        var names = pod.Spec?.Containers?.FirstOrDefault(one => one.Name == container)?.VolumeMounts?.Select(one => one.Name).ToHashSet() ?? [];
        return (pod.Spec?.Volumes ?? []).Where(volume => names.Contains(volume.Name));
    }

    private static bool Is(PodVolume volume, string sort) =>
        volume.Others?.TryGetValue(sort, out var source) == true && source.ValueKind == JsonValueKind.Object;
}

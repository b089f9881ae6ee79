using System.Globalization;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

/// <summary>What a pod is to us, by its labels, annotations and owner.</summary>
public static class PodWorkloads
{
    /// <summary>Names have 63 characters at most: so many are left for the workload's.</summary>
    private const int MaxName = 48;

    private const int UidDigits = 8;

    /// <summary>Were longer ones cut, two workloads could have instances of one name.</summary>
    private const int LongestName = MaxName;

    /// <summary>The instance that a pod is; null when it has not been let in.</summary>
    public static string? InstanceOf(Pod pod) => pod.Metadata.Label(Markings.Instance);

    /// <summary>The instance that a pod will be when it is let in. One whose container has lost its state is another.</summary>
    public static string InstanceToBe(Pod pod)
    {
        var instance = FirstOf(pod);
        return PodStates.HasLostState(pod) && PodStates.StatusOf(pod)?.RestartCount is { } restarts ? $"{instance}-{restarts}" : instance;
    }

    /// <summary>Whether the pod is the instance that its label names: by its uid, or by the file that a copy is made with.</summary>
    public static bool IsInstance(Pod pod)
    {
        if (InstanceOf(pod) is not { } instance)
            return false;
        var first = FirstOf(pod);
        return instance == first || instance.StartsWith($"{first}-", StringComparison.Ordinal)
            || FileOf(pod)?.InstanceId == instance;
    }

    /// <summary>Why a pod with a workload's label is none that can be moved; null when it can.</summary>
    public static string? RefusalOf(Pod pod) =>
        NameOf(pod) is not { } name ? null
        : !Names.IsValid(name) || name.Length > LongestName
            ? $"its label {Markings.Workload} is not made of a to z, 0 to 9 and inner hyphens, {LongestName} of them at most"
        : ContainerOf(pod) is null ? $"it has no container of the name that its annotation {Markings.Container} gives"
        : InstanceOf(pod) is not null && !IsInstance(pod) ? $"its label {Markings.Instance} is not its own: the worker gives it"
        : null;

    /// <summary>Runs, holds no instance's memory, and would like to.</summary>
    public static bool IsWaiting(Pod pod) =>
        !pod.Metadata.IsGoing && PodStates.StatusOf(pod)?.State?.Running is not null && SpecOf(pod) is not null
        && (InstanceOf(pod) is null || PodStates.HasLostState(pod));

    /// <summary>Null when the pod is no workload's.</summary>
    public static WorkloadSpec? SpecOf(Pod pod)
    {
        if (NameOf(pod) is not { } name || !Names.IsValid(name) || name.Length > LongestName || ContainerOf(pod) is not { } container)
            return null;
        var meta = pod.Metadata;
        return new WorkloadSpec(
            name, BaseImageOf(pod) ?? "", meta.Annotation(Markings.Queue), new Dictionary<string, string>(),
            List(meta.Annotation(Markings.Publishes)), List(meta.Annotation(Markings.Binds)))
        {
            Pod = WorkloadPodOf(pod, container.Name),
            Traits = TraitsOf(meta),
        };
    }

    /// <summary>The container that holds the state.</summary>
    public static PodContainer? ContainerOf(Pod pod)
    {
        var containers = pod.Spec?.Containers ?? [];
        return pod.Metadata.Annotation(Markings.Container) is { } name
            ? containers.FirstOrDefault(one => one.Name == name)
            : containers is [var first, ..] ? first : null;
    }

    /// <summary>The image that the owner's template names.</summary>
    public static string? BaseImageOf(Pod pod) => pod.Metadata.Annotation(Markings.BaseImage) ?? ContainerOf(pod)?.Image;

    public static InstanceFile? FileOf(Pod pod)
    {
        if (pod.Metadata.Annotation(Markings.InstanceFile) is not { Length: > 0 } text)
            return null;
        try
        {
            return JsonSerializer.Deserialize<InstanceFile>(text, ContractJson.Options) is { InstanceId: not null, Workload: not null } file
                ? file : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Labels that its owner knows it by: those it has and those it is to get, without what tells instances
    /// apart.</summary>
    public static Dictionary<string, string> LabelsOf(Pod pod)
    {
        var labels = ToTake(pod);
        foreach (var (key, value) in pod.Metadata.Labels ?? new Dictionary<string, string>())
            labels[key] = value;
        labels.Remove(Markings.Instance);
        labels.Remove(Markings.Migration);
        return labels;
    }

    /// <summary>The instance that a pod is by its uid, as long as its first container runs.</summary>
    private static string FirstOf(Pod pod)
    {
        var workload = NameOf(pod) ?? "";
        var uid = (pod.Metadata.Uid ?? "").Replace("-", "", StringComparison.Ordinal);
        return $"{workload[..Math.Min(workload.Length, MaxName)].TrimEnd('-')}-{uid[..Math.Min(uid.Length, UidDigits)]}";
    }

    // A copy has the label only when its owner has taken it over.
    private static string? NameOf(Pod pod) => pod.Metadata.Label(Markings.Workload) ?? ToTake(pod).GetValueOrDefault(Markings.Workload);

    private static Dictionary<string, string> ToTake(Pod pod)
    {
        if (pod.Metadata.Annotation(Markings.LabelsToTake) is not { } text)
            return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static WorkloadPod WorkloadPodOf(Pod pod, string container)
    {
        var (owner, name) = OwnerOf(pod);
        return new WorkloadPod(pod.Metadata.Namespace ?? "default", container, owner, name)
        {
            FixedName = owner == PodOwner.StatefulSet ? pod.Metadata.Name : null,
        };
    }

    /// <summary>A copy has no owner yet: the one that its original had stands in an annotation.</summary>
    private static (PodOwner Kind, string? Name) OwnerOf(Pod pod)
    {
        var (kind, name) = pod.Metadata.Controller is { } owner ? (owner.Kind, owner.Name)
            : pod.Metadata.Annotation(Markings.FormerOwner)?.Split('/') is [var former, var formerName] ? (former, formerName)
            : ("", "");
        return kind switch
        {
            "StatefulSet" => (PodOwner.StatefulSet, name),
            "ReplicaSet" => (PodOwner.ReplicaSet, name),
            _ => (PodOwner.Nobody, null),
        };
    }

    private static WorkloadTraits? TraitsOf(ObjectMeta meta)
    {
        var traits = new WorkloadTraits(Unique: meta.Annotation(Markings.Unique) == "true") { Standby = StandbyOf(meta) };
        return traits == new WorkloadTraits() ? null : traits;
    }

    /// <summary>Null also where it cannot be used: without it a pod is moved like any other.</summary>
    private static Standby? StandbyOf(ObjectMeta meta)
    {
        if (List(meta.Annotation(Markings.Standby)) is not { } nodes)
            return null;
        var standby = meta.Annotation(Markings.StandbyEvery) is not { } every ? new Standby(nodes)
            : int.TryParse(every, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? new Standby(nodes, seconds) : null;
        return standby?.IsValid() == true ? standby : null;
    }

    private static List<string>? List(string? text) =>
        text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? [.. names] : null;
}

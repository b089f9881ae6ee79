using System.Text.Json.Serialization;

namespace Ms2m.Kubernetes.Resources;

public sealed record StatefulSet : KubernetesObject
{
    public ControllerSpec? Spec { get; init; }

    public ControllerStatus? Status { get; init; }
}

public sealed record ReplicaSet : KubernetesObject
{
    public ControllerSpec? Spec { get; init; }

    public ControllerStatus? Status { get; init; }
}

public sealed record Deployment : KubernetesObject
{
    public ControllerSpec? Spec { get; init; }

    public ControllerStatus? Status { get; init; }
}

/// <summary>What of the three kinds is used here.</summary>
public sealed record ControllerSpec : Part
{
    public int? Replicas { get; init; }

    public LabelSelector? Selector { get; init; }

    /// <summary>Of a Deployment: whether rollouts stand still.</summary>
    public bool? Paused { get; init; }

    /// <summary>Of a StatefulSet, as the rest. <c>Parallel</c>, or <c>OrderedReady</c> when absent.</summary>
    public string? PodManagementPolicy { get; init; }

    public Ordinals? Ordinals { get; init; }

    public UpdateStrategy? UpdateStrategy { get; init; }

    public ClaimRetention? PersistentVolumeClaimRetentionPolicy { get; init; }

    public IReadOnlyList<PersistentVolumeClaim>? VolumeClaimTemplates { get; init; }
}

public sealed record Ordinals : Part
{
    /// <summary>Of the first pod.</summary>
    public int Start { get; init; }
}

public sealed record UpdateStrategy : Part
{
    /// <summary><c>RollingUpdate</c> or <c>OnDelete</c>.</summary>
    public string? Type { get; init; }

    public RollingUpdate? RollingUpdate { get; init; }
}

public sealed record RollingUpdate : Part
{
    /// <summary>Pods below it keep the revision that they have.</summary>
    public int? Partition { get; init; }
}

/// <summary><c>Retain</c> or <c>Delete</c>, each.</summary>
public sealed record ClaimRetention : Part
{
    public string? WhenScaled { get; init; }
}

public sealed record PersistentVolumeClaim : KubernetesObject
{
    public ClaimSpec? Spec { get; init; }
}

public sealed record ClaimSpec : Part
{
    /// <summary><c>ReadWriteOnce</c>, <c>ReadWriteMany</c>, …</summary>
    public IReadOnlyList<string>? AccessModes { get; init; }
}

public sealed record ControllerStatus : Part
{
    public long? ObservedGeneration { get; init; }

    public int? Replicas { get; init; }

    public int? ReadyReplicas { get; init; }

    /// <summary>Made from the present template.</summary>
    public int? UpdatedReplicas { get; init; }

    public string? CurrentRevision { get; init; }

    public string? UpdateRevision { get; init; }
}

public sealed record Scale : KubernetesObject
{
    public ScaleSpec? Spec { get; init; }
}

public sealed record ScaleSpec : Part
{
    // As the server does.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Replicas { get; init; }
}

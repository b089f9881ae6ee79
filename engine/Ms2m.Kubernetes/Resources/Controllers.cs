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

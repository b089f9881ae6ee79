using System.Text.Json.Serialization;

namespace Ms2m.Kubernetes.Resources;

public sealed record Pod : KubernetesObject
{
    public PodSpec? Spec { get; init; }

    public PodStatus? Status { get; init; }

    [JsonIgnore]
    public bool IsReady => Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true;
}

public sealed record PodSpec : Part
{
    public string? NodeName { get; init; }

    public string? Hostname { get; init; }

    public string? Subdomain { get; init; }

    public string? RestartPolicy { get; init; }

    public string? ServiceAccountName { get; init; }

    public IReadOnlyList<PodContainer>? Containers { get; init; }

    public IReadOnlyList<PodContainer>? InitContainers { get; init; }

    public IReadOnlyList<PodVolume>? Volumes { get; init; }
}

public sealed record PodContainer : Part
{
    public required string Name { get; init; }

    public string? Image { get; init; }

    public string? ImagePullPolicy { get; init; }

    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }
}

public sealed record VolumeMount : Part
{
    public required string Name { get; init; }

    public required string MountPath { get; init; }
}

/// <summary>Its source stands among <see cref="Part.Others"/>, under the name of its sort: <c>emptyDir</c>,
/// <c>projected</c>, …</summary>
public sealed record PodVolume : Part
{
    public required string Name { get; init; }
}

public sealed record PodStatus : Part
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public string? HostIP { get; init; }

    public string? PodIP { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }

    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }
}

public sealed record ContainerStatus : Part
{
    public required string Name { get; init; }

    public bool Ready { get; init; }

    public int RestartCount { get; init; }

    public string? Image { get; init; }

    public string? ImageID { get; init; }

    /// <summary><c>containerd://…</c> or <c>cri-o://…</c></summary>
    public string? ContainerID { get; init; }

    public ContainerState? State { get; init; }

    public ContainerState? LastState { get; init; }
}

/// <summary>One of the three is set.</summary>
public sealed record ContainerState : Part
{
    public WaitingState? Waiting { get; init; }

    public RunningState? Running { get; init; }

    public TerminatedState? Terminated { get; init; }
}

public sealed record WaitingState : Part
{
    public string? Reason { get; init; }

    public string? Message { get; init; }
}

public sealed record RunningState : Part
{
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record TerminatedState : Part
{
    public int ExitCode { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }
}

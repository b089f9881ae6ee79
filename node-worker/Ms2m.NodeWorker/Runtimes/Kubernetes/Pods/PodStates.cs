using Ms2m.Kubernetes.Resources;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

/// <summary>What has become of the container that holds the state.</summary>
public static class PodStates
{
    public static ContainerStatus? StatusOf(Pod pod) =>
        PodWorkloads.ContainerOf(pod) is { } container
            ? pod.Status?.ContainerStatuses?.FirstOrDefault(one => one.Name == container.Name)
            : null;

    /// <summary>Its id as its runtime knows it; null when it has none yet.</summary>
    public static string? IdOf(Pod pod) =>
        StatusOf(pod)?.ContainerID is { } id && id.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme ? id[(scheme + 3)..] : null;

    /// <summary>The kubelet starts a container again under another id, from its image or from the checkpoint that it came
    /// from: either way what it had learned is gone.</summary>
    public static bool HasLostState(Pod pod)
    {
        if (PodWorkloads.InstanceOf(pod) is null || StatusOf(pod) is not { } status)
            return false;
        return pod.Metadata.Annotation(Markings.LetIn) is { } letIn
            ? status.ContainerID is { } now && now != letIn
            : status.RestartCount > 0;
    }

    /// <summary>The runtime's word: created, running, exited.</summary>
    public static string StateOf(Pod pod) =>
        HasLostState(pod) || pod.Status?.Phase is "Failed" or "Succeeded" ? "exited"
        : StatusOf(pod)?.State switch
        {
            { Running: not null } => "running",
            { Terminated: not null } => "exited",
            _ when StatusOf(pod) is { RestartCount: > 0 } => "exited",
            _ => "created",
        };

    public static int ExitCodeOf(Pod pod) =>
        (StatusOf(pod)?.State?.Terminated ?? StatusOf(pod)?.LastState?.Terminated)?.ExitCode ?? 0;
}

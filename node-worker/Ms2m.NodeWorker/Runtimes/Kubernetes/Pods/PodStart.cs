using Ms2m.Kubernetes.Resources;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

/// <summary>How far a pod is whose container is to run.</summary>
/// <param name="Failure">Why it never will; null when it runs or may still.</param>
public readonly record struct PodStart(bool Runs, string? Failure)
{
    /// <summary>Who waits would wait for ever, or for a container that begins without its memory.</summary>
    private static readonly HashSet<string> Hopeless =
    [
        "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable",
        "CreateContainerError", "CreateContainerConfigError", "RunContainerError", "CrashLoopBackOff", "StartError",
    ];

    public static PodStart Of(Pod pod)
    {
        if (pod.Metadata.IsGoing)
            return new PodStart(false, "the pod is being deleted");
        // First the container: a pod whose container has failed has failed for that reason.
        var state = PodStates.StatusOf(pod)?.State;
        if (state?.Terminated is { } ended)
            return new PodStart(false, Said(ended.Reason ?? "exited", ended.Message ?? $"exit code {ended.ExitCode}"));
        if (state?.Waiting is { Reason: { } reason } waiting && Hopeless.Contains(reason))
            return new PodStart(false, Said(reason, waiting.Message));
        if (pod.Status is { Phase: "Failed" or "Succeeded" } status)
            return new PodStart(false, Said(status.Reason ?? status.Phase, status.Message));
        if (pod.Status?.Conditions?.FirstOrDefault(one => one is { Type: "PodScheduled", Status: "False" }) is { } unscheduled)
            return new PodStart(false, Said(unscheduled.Reason ?? "Unschedulable", unscheduled.Message));
        return new PodStart(state?.Running is not null, null);
    }

    private static string Said(string reason, string? message) => message is { Length: > 0 } ? $"{reason}: {message}" : reason;
}

using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>What a kubelet reports of a pod's containers.</summary>
internal static class Containers
{
    public static int Restarts(Pod pod) => pod.Status?.ContainerStatuses?.Max(one => one.RestartCount) ?? 0;

    public static Pod Running(Pod pod, bool ready, int restarts) => pod with
    {
        Status = (pod.Status ?? new PodStatus()) with
        {
            Phase = "Running",
            Conditions = [Ready(ready ? "True" : "False", ready ? null : "ContainersNotReady")],
            ContainerStatuses = [.. pod.Spec!.Containers!.Select(one => new ContainerStatus
            {
                Name = one.Name,
                Image = one.Image,
                Ready = ready,
                RestartCount = restarts,
                ContainerID = $"containerd://{pod.Metadata.Uid!.Replace("-", "", StringComparison.Ordinal)}{one.Name}{restarts}",
                State = new ContainerState { Running = new RunningState() },
            })],
        },
    };

    public static Pod Ended(Pod pod, int exitCode) => pod with
    {
        Status = (pod.Status ?? new PodStatus()) with
        {
            Phase = exitCode == 0 ? "Succeeded" : "Failed",
            Conditions = [Ready("False", exitCode == 0 ? "PodCompleted" : "PodFailed")],
            ContainerStatuses = [.. pod.Spec!.Containers!.Select(one => new ContainerStatus
            {
                Name = one.Name,
                Image = one.Image,
                RestartCount = Restarts(pod),
                State = new ContainerState
                {
                    Terminated = new TerminatedState { ExitCode = exitCode, Reason = exitCode == 0 ? "Completed" : "Error" },
                },
            })],
        },
    };

    /// <summary>As the node's controller marks pods of a node that it does not hear of; their containers look as they last
    /// did.</summary>
    public static Pod Unready(Pod pod) => pod with { Status = pod.Status! with { Conditions = [Ready("False", null)] } };

    private static Condition Ready(string status, string? reason) => new() { Type = "Ready", Status = status, Reason = reason };
}

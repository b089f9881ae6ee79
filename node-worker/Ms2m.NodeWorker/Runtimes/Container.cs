using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Runtimes;

/// <summary>A container to be.</summary>
/// <param name="Name">The instance id.</param>
/// <param name="InstanceFolder">Folder of the node that the container sees as /ms2m.</param>
public sealed record ContainerRequest(string Name, WorkloadSpec Spec, string InstanceFolder);

/// <summary>A container that exists.</summary>
/// <param name="Spec">What it runs; null when it is no workload's.</param>
/// <param name="State">The runtime's word: running, exited, created, …</param>
/// <param name="Pid">Of its first process as the node sees it; 0 when it does not run.</param>
/// <param name="ExitCode">Of its first process, when it has ended.</param>
/// <param name="Pod">The pod that it is one of; null or empty when it stands alone.</param>
public sealed record Container(string Id, string Name, WorkloadSpec? Spec, string State, int Pid, int ExitCode = 0, string? Pod = null)
{
    public bool IsRunning => State == "running";

    /// <summary>Its processes have ended, or never ran; it is not on its way to anything else.</summary>
    public bool HasEnded => State is "exited" or "stopped" or "dead";
}

/// <summary>What a finished checkpoint consists of.</summary>
/// <param name="FrozenMs">How long the processes stood still; absent when unknown.</param>
public sealed record Dump(CheckpointWay Way, double? FrozenMs);

/// <summary>The two forms in which a checkpoint travels.</summary>
public enum CheckpointWay
{
    /// <summary>CRIU's image files as they are: fast. Only memory; the container's files must be its image's.</summary>
    Images,

    /// <summary>The runtime's own export in one file: slower, but it carries everything.</summary>
    Archive,
}

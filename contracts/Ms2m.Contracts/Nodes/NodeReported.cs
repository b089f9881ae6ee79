using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>A node worker's heartbeat: what the node is, can do and hosts. Sent every two seconds and at once when an
/// instance appears or goes. The newest report (by <paramref name="At"/>) replaces older ones.</summary>
/// <param name="Node">DNS label.</param>
/// <param name="Address">Base URL of the worker's transfer endpoint, as other nodes reach it.</param>
/// <param name="At">The node's clock.</param>
/// <param name="IntervalMs">Time to the next report; a node is taken for down after three missed ones.</param>
/// <param name="Versions">Of worker, podman, runc, criu and kernel; <c>missing</c> where there is none.</param>
/// <param name="Cpus">Processors the node has.</param>
/// <param name="MemoryTotalBytes">Of the node.</param>
/// <param name="MemoryFreeBytes">Available now.</param>
/// <param name="CheckpointSpaceBytes">Free where checkpoints rest.</param>
/// <param name="Features">What was looked for and whether it is there.</param>
/// <param name="Instances">Containers of workloads on this node.</param>
/// <param name="Holdings">What migrations have put on this node besides; absent when there is nothing.</param>
public sealed record NodeReported(
    string Node,
    string Address,
    DateTimeOffset At,
    int IntervalMs,
    IReadOnlyDictionary<string, string> Versions,
    int Cpus,
    long MemoryTotalBytes,
    long MemoryFreeBytes,
    long CheckpointSpaceBytes,
    IReadOnlyList<NodeFeature> Features,
    IReadOnlyList<InstanceReported> Instances,
    IReadOnlyList<Holding>? Holdings = null)
{
    /// <summary>Absent when the worker is older than it, or could not look.</summary>
    public NodeSurroundings? Surroundings { get; init; }

    /// <summary>By how much the node's clock seems to be behind the engine's, in milliseconds: the report's time on the way
    /// is part of it. Written by the engine that received the report.</summary>
    public double? ClockBehindMs { get; init; }
}

/// <summary>One thing a migration may need from a node.</summary>
/// <param name="Name">Such as <c>criu-check</c>, <c>runc</c>, <c>soft-dirty</c>, <c>userfaultfd</c>.</param>
/// <param name="Available">Whether it works here.</param>
/// <param name="Detail">What was seen, for people.</param>
public sealed record NodeFeature(string Name, bool Available, string Detail);

/// <summary>One container of a workload on a node.</summary>
/// <param name="InstanceId">DNS label; also the container's name.</param>
/// <param name="Spec">The workload it runs.</param>
/// <param name="Role">As in its instance file.</param>
/// <param name="Epoch">As in its instance file.</param>
/// <param name="State">The runtime's word: running, exited, created, …</param>
/// <param name="MemoryBytes">Resident memory now: about the size of a checkpoint.</param>
/// <param name="MigrationId">The migration that made it a shadow; absent for an active instance.</param>
public sealed record InstanceReported(
    string InstanceId,
    WorkloadSpec Spec,
    InstanceRole Role,
    long Epoch,
    string State,
    long MemoryBytes,
    Guid? MigrationId)
{
    /// <summary>What its volumes take of their disk, as counted lately; absent when it has none, or they were not counted
    /// yet.</summary>
    public long? VolumeBytes { get; init; }

    /// <summary>Absent when the worker is older than it, or the instance does not run.</summary>
    public ProcessPicture? Picture { get; init; }

    /// <summary>One for each standby node to which its memory was sent since the worker runs; absent where there is none.</summary>
    public IReadOnlyList<BaseRound>? BaseRounds { get; init; }
}

/// <summary>What an instance is to its workload.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InstanceRole>))]
public enum InstanceRole
{
    /// <summary>Consumes the primary queue and sends effects.</summary>
    Active,

    /// <summary>Replays what the source applies; never touches the primary queue.</summary>
    Shadow,

    /// <summary>Has handed over; must not touch the broker again.</summary>
    Retired,
}

using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>A node as its worker's newest heartbeat described it.</summary>
/// <param name="AgeMs">Time since that heartbeat.</param>
public sealed record NodeView(
    string Node,
    string? Address,
    double AgeMs,
    bool Up,
    IReadOnlyDictionary<string, string>? Versions,
    int Cpus,
    long MemoryTotalBytes,
    long MemoryFreeBytes,
    long CheckpointSpaceBytes,
    IReadOnlyList<NodeFeature>? Features,
    IReadOnlyList<InstanceReported>? Instances);

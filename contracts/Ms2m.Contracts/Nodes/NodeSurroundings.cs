namespace Ms2m.Contracts;

/// <summary>What of a node decides whether a process of another node can live there.</summary>
/// <param name="Cpu">What <c>criu cpuinfo dump</c> says of the processor, base64; absent when it says nothing.</param>
/// <param name="Ports">TCP ports that somebody listens on in the node's own network.</param>
/// <param name="Images">Names of the container images that are there.</param>
/// <param name="DiskFreeBytes">Where containers write.</param>
public sealed record NodeSurroundings(
    string? Cpu, IReadOnlyList<int> Ports, IReadOnlyList<string> Images, long DiskFreeBytes);

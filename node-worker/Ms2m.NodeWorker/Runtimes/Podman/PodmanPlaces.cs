namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Where things are on the node.</summary>
/// <param name="CriuConfiguration">CRIU's configuration for workloads, written by the worker.</param>
/// <param name="Root">Put before every path that podman names: empty on a node, <c>/proc/PID/root</c> for a test that
/// looks into one from outside.</param>
/// <param name="AlwaysArchive">Take podman's export and import even where the fast way works.</param>
/// <param name="Enter">Command that puts a program into the node's namespaces; empty on a node.</param>
public sealed record PodmanPlaces(
    string CriuConfiguration,
    bool AlwaysArchive = false,
    string Root = "",
    IReadOnlyList<string>? Enter = null)
{
    /// <summary>CRIU's configuration for one workload with an address of its own, and what belongs to it.</summary>
    public string CriuFolder => Path.Combine(Path.GetDirectoryName(CriuConfiguration)!, "criu");

    /// <summary>A path of the node as this process must spell it.</summary>
    public string Here(string path) => Root + path;
}

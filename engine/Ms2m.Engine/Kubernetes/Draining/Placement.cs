using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.Migrations;
using Ms2m.Migrations.Plans;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>Where a pod goes that has to leave its node: the least loaded of the nodes that can have it.</summary>
internal static class Placement
{
    /// <param name="stops">Whether it is stopped before its copy runs, which an older worker cannot do.</param>
    /// <param name="tried">Nodes where it did not work out; they come last.</param>
    /// <param name="coming">How many are on their way to a node already.</param>
    public static string? Choose(
        Pod pod, long memoryBytes, bool stops, IReadOnlyList<Node> nodes, IReadOnlyList<NodeReported> reports,
        IReadOnlySet<string> tried, IReadOnlyDictionary<string, int> coming, DateTimeOffset now)
    {
        var here = pod.Spec?.NodeName;
        var runtime = NodeFit.RuntimeOf(nodes.FirstOrDefault(node => node.Metadata.Name == here));
        return (
            from node in nodes
            let name = node.Metadata.Name ?? ""
            where name != here && Names.IsValid(name)
            where runtime is not null && NodeFit.RuntimeOf(node) == runtime
            where NodeFit.Accepts(node, pod)
            let report = reports.FirstOrDefault(one => one.Node == name)
            where report is not null && RequestCheck.Silence(report, now) is null
            where !stops || Requirements.IsCurrent(report)
            // While it is restored it is in memory twice.
            let free = NodeRoom.Memory(report) - (2 * memoryBytes * (1 + coming.GetValueOrDefault(name)))
            where free >= 0
            orderby tried.Contains(name), coming.GetValueOrDefault(name), (double)free / Math.Max(1, report.MemoryTotalBytes) descending, name
            select name).FirstOrDefault();
    }
}

using System.Collections.Immutable;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>What a container reads in its instance file, which the node writes from the pod's annotation while it runs.</summary>
internal static class Instances
{
    public static bool IsLetIn(Pod pod) =>
        pod.Metadata.Annotation(Markings.InstanceFile)?.Contains("\"Active\"", StringComparison.OrdinalIgnoreCase) == true;

    public static Origin OriginOf(Pod pod) =>
        pod.Metadata.Annotation(Markings.BaseImage) is { } template && pod.Spec?.Containers?[0].Image != template
            ? Origin.Checkpoint
            : Origin.Template;

    /// <summary>A container that waits reads what is new; one that has been told does not hear that it is taken back. What the
    /// file said before it was started is not for it.</summary>
    public static ImmutableSortedDictionary<string, RunningContainer> Read(
        Pod? before, Pod pod, ImmutableSortedDictionary<string, RunningContainer> running) =>
        pod.Metadata.Uid is { } uid && running.GetValueOrDefault(uid) is { LetIn: false } waiting && IsLetIn(pod)
        && pod.Metadata.Annotation(Markings.InstanceFile) != before?.Metadata.Annotation(Markings.InstanceFile)
            ? running.SetItem(uid, waiting with { LetIn = true, Instance = pod.Metadata.Label(Markings.Instance) })
            : running;
}

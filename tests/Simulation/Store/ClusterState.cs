using System.Collections.Immutable;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>All that a cluster is at one moment. It is never changed, only followed by another: whoever explores keeps as
/// many as it likes.</summary>
internal sealed record ClusterState
{
    public static ClusterState Empty { get; } = new();

    public ImmutableSortedDictionary<ObjectKey, KubernetesObject> Objects { get; init; } =
        ImmutableSortedDictionary<ObjectKey, KubernetesObject>.Empty;

    /// <summary>By resource, oldest first.</summary>
    public ImmutableDictionary<string, ImmutableList<Change>> Changes { get; init; } =
        ImmutableDictionary<string, ImmutableList<Change>>.Empty;

    /// <summary>How many objects have ever had that name: two of one name must differ in their uid.</summary>
    public ImmutableDictionary<ObjectKey, int> Made { get; init; } = ImmutableDictionary<ObjectKey, int>.Empty;

    public ImmutableSortedDictionary<string, ControllerMemory> Controllers { get; init; } =
        ImmutableSortedDictionary.Create<string, ControllerMemory>(StringComparer.Ordinal);

    /// <summary>By the pod's uid: a container may outlive its pod's object, on a node that nobody hears of.</summary>
    public ImmutableSortedDictionary<string, RunningContainer> Running { get; init; } =
        ImmutableSortedDictionary.Create<string, RunningContainer>(StringComparer.Ordinal);

    public ImmutableList<ContainerStart> Starts { get; init; } = [];

    /// <summary>Nodes whose kubelet does nothing any more.</summary>
    public ImmutableSortedSet<string> LostNodes { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public long Version { get; init; } = 1000;

    /// <summary>Watches from before it are too old.</summary>
    public long Oldest { get; init; }

    public DateTimeOffset Now { get; init; } = new(2026, 11, 20, 15, 30, 0, TimeSpan.Zero);
}

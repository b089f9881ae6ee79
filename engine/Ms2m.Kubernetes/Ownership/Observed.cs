using System.Collections.Immutable;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>What was seen, one read after the other: what was asked first may have changed by the last answer.</summary>
public sealed record Observed
{
    public static Observed Nothing { get; } = new();

    /// <summary>What has been asked; an answer may have been that there is none.</summary>
    public ImmutableHashSet<Question> Asked { get; init; } = [];

    public StatefulSet? StatefulSet { get; init; }

    public ReplicaSet? ReplicaSet { get; init; }

    public Deployment? Deployment { get; init; }

    public IReadOnlyList<ReplicaSet> ReplicaSets { get; init; } = [];

    /// <summary>The pod of the fixed name.</summary>
    public Pod? Named { get; init; }

    public IReadOnlyList<Pod> Pods { get; init; } = [];

    public Node? Node { get; init; }

    public ImmutableList<PersistentVolumeClaim> Claims { get; init; } = [];

    /// <summary>An instance's pod; one that stays rather than one that goes.</summary>
    public Pod? Of(string? instance) => instance is null ? null : Pods.Append(Named).OfType<Pod>()
        .Where(pod => pod.Metadata.Label(Markings.Instance) == instance)
        .OrderBy(pod => pod.Metadata.IsGoing).FirstOrDefault();
}

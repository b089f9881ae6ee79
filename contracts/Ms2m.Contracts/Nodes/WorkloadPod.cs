using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>What a workload is to Kubernetes, where its instances are pods.</summary>
/// <param name="Namespace">Of the pods.</param>
/// <param name="Container">The one that holds the state; the pod's others start anew wherever it goes.</param>
/// <param name="OwnerName">Name of the StatefulSet or ReplicaSet; absent where nobody owns the pod.</param>
public sealed record WorkloadPod(string Namespace, string Container, PodOwner Owner, string? OwnerName)
{
    /// <summary>The name that its pod must have, where its owner knows pods by their names; absent elsewhere. There is one pod
    /// of that name at a time.</summary>
    public string? FixedName { get; init; }
}

/// <summary>Who makes a new pod when one goes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PodOwner>))]
public enum PodOwner
{
    Nobody,

    /// <summary>Knows its pods by their names.</summary>
    StatefulSet,

    /// <summary>Knows its pods by their labels; mostly a Deployment's.</summary>
    ReplicaSet,
}

using Ms2m.Kubernetes.Ownership;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>The cluster and the engine between two calls.</summary>
/// <param name="Stage">How far the migration is; <see cref="Refused"/> when it was given up.</param>
/// <param name="Seen">What the engine has read of what it wants to know.</param>
/// <param name="Other">A second engine: the stage at which it believes the migration to be, and what it has read.</param>
/// <param name="Left">Faults that may still happen.</param>
internal sealed record World(ClusterState Cluster, int Stage, Observed Seen, (int Stage, Observed Seen)? Other, int Left)
{
    public const int Refused = -1;
}

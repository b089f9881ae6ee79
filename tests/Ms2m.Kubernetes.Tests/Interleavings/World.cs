using Ms2m.Kubernetes.Ownership;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>The cluster and the engine between two calls.</summary>
/// <param name="Stage">How far the migration is; <see cref="Refused"/> when it was given up.</param>
/// <param name="Other">A second engine, and the stage at which it believes the migration to be.</param>
/// <param name="Left">Faults that may still happen.</param>
internal sealed record World(ClusterState Cluster, int Stage, Mind Engine, (int Stage, Mind Mind)? Other, int Left)
{
    public const int Refused = -1;
}

/// <summary>What an engine has in mind; all of it is lost when it dies.</summary>
/// <param name="Seen">What it has read of what it wants to know.</param>
/// <param name="Act">What it has decided to do, when it knew all; it does not look at what it has seen again.</param>
internal sealed record Mind(Observed Seen, Act? Act)
{
    public static Mind Empty { get; } = new(Observed.Nothing, null);
}

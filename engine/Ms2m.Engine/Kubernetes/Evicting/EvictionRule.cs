using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes.Draining;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>Whether a pod may be evicted. One that holds state may not, until the state is elsewhere or nobody can move it.</summary>
internal static class EvictionRule
{
    /// <param name="pod">Null where there is none.</param>
    /// <param name="migrations">Of the pod's namespace.</param>
    /// <param name="movedBy">The migration that moves its workload just now, whoever asked for it.</param>
    public static EvictionVerdict Judge(Pod? pod, IReadOnlyList<StatefulMigration> migrations, Guid? movedBy)
    {
        if (pod is null || !PodPlace.HoldsState(pod))
        {
            return new(Allowed: true);
        }

        var (name, workload) = ($"{pod.Metadata.Namespace}/{pod.Metadata.Name}", pod.Metadata.Label(Markings.Workload));
        if (movedBy is { } migration)
        {
            return new(false, $"The pod {name} has a part in migration {migration} of \"{workload}\", which is being migrated; it can go when that has ended.");
        }

        // A copy that nobody waits for any more.
        if (PodPlace.RoleOf(pod) == InstanceRole.Shadow)
        {
            return new(Allowed: true);
        }

        var attempts = Attempts.Of(pod, migrations);
        if (attempts.UnderWay is { } asked)
        {
            return new(false, $"The pod {name} is being migrated to {asked.Spec?.TargetNode} by the StatefulMigration \"{asked.Metadata.Name}\""
                + $" ({asked.Status?.Phase ?? "Pending"}); it can go when that has ended.");
        }

        return attempts.AreOver
            ? new(true, $"The pod {name} could not be migrated in {attempts.Failed} attempts, so it may be evicted: the state of \"{workload}\" is lost with it. {attempts.LastReason}")
            : new(false, $"The pod {name} holds the state of \"{workload}\" and is being migrated to another node first.", Asks: true);
    }
}

/// <param name="Message">Why not; where it is allowed, what whoever asked should know.</param>
/// <param name="Asks">Whether the drain has to be told.</param>
internal sealed record EvictionVerdict(bool Allowed, string? Message = null, bool Asks = false);

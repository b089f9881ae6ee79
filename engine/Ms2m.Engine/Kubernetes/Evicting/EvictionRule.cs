using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes.Draining;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>Whether a pod may be evicted. One that holds state may not, until the state is elsewhere or nobody can move it.</summary>
internal static class EvictionRule
{
    /// <param name="pod">Null where there is none.</param>
    /// <param name="node">The pod's; null where it cannot be seen.</param>
    /// <param name="migrations">Of the pod's namespace.</param>
    /// <param name="movedBy">The migration that moves its workload just now, whoever asked for it.</param>
    public static EvictionVerdict Judge(
        Pod? pod, Node? node, IReadOnlyList<StatefulMigration> migrations, Guid? movedBy, DateTimeOffset now)
    {
        if (pod is null || !PodPlace.HoldsState(pod))
        {
            return EvictionVerdict.Allowed(null);
        }

        var (name, workload) = ($"{pod.Metadata.Namespace}/{pod.Metadata.Name}", pod.Metadata.Label(Markings.Workload));
        if (movedBy is { } migration)
        {
            return EvictionVerdict.Later($"The pod {name} has a part in migration {migration} of \"{workload}\", which is being migrated; it can go when that has ended.");
        }

        // A copy that nobody waits for any more.
        if (PodPlace.RoleOf(pod) == InstanceRole.Shadow)
        {
            return EvictionVerdict.Allowed(null);
        }

        // Who empties a node asks for its pods by their names, and a StatefulSet's has the same elsewhere.
        if (PodPlace.HasJustCome(pod, node, now))
        {
            return EvictionVerdict.Elsewhere(
                $"The pod {name} that was to go has been migrated: the one of that name is on {pod.Spec?.NodeName} now, and stays there.");
        }

        var attempts = Attempts.Of(pod, migrations, now);
        if (attempts.UnderWay is { } asked)
        {
            return EvictionVerdict.Later($"The pod {name} is being migrated to {asked.Spec?.TargetNode} by the StatefulMigration \"{asked.Metadata.Name}\""
                + $" ({asked.Status?.Phase ?? "Pending"}); it can go when that has ended.");
        }

        // Its state is elsewhere, and only the removal of the pod was given up.
        if (attempts.Succeeded)
        {
            return EvictionVerdict.Allowed($"The pod {name} has been migrated and is left over; it may go.");
        }

        return attempts.AreOver
            ? EvictionVerdict.Allowed($"The pod {name} could not be migrated in {attempts.Failed} attempts, so it may be evicted: the state of \"{workload}\" is lost with it. {attempts.LastReason}")
            : EvictionVerdict.Later($"The pod {name} holds the state of \"{workload}\" and is being migrated to another node first.") with { Asks = true };
    }
}

/// <param name="Code">0 where it may go; else the status of the refusal.</param>
/// <param name="Message">Why not; where it may, what whoever asked should know.</param>
/// <param name="Asks">Whether the drain has to be told.</param>
internal sealed record EvictionVerdict(int Code, string? Message, bool Asks = false)
{
    public bool IsAllowed => Code == 0;

    public static EvictionVerdict Allowed(string? warning) => new(0, warning);

    /// <summary>Whoever asked asks again by himself.</summary>
    public static EvictionVerdict Later(string why) => new(429, why);

    /// <summary>Whoever asked is done with it: what he meant is not there any more.</summary>
    public static EvictionVerdict Elsewhere(string why) => new(404, why);
}

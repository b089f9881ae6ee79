using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What strategies ask of a workload and its nodes.</summary>
public static class Requirements
{
    /// <summary>Containers in networks of their own, as nodes report it.</summary>
    public const string WorkloadNetwork = "workload-network";

    /// <summary>Memory that follows a page at a time, as nodes report it.</summary>
    public const string PostCopy = "post-copy";

    /// <summary>To be stopped here and started there.</summary>
    public static Failure? Stopping(Candidate candidate) =>
        KnownByName(candidate) ? Failures.StartsAnewAnyway(candidate.Spec.Name) : NoPostCopy(candidate) ?? Current(candidate);

    /// <summary>Only what consumes a queue by our rules can be followed and compared.</summary>
    public static Failure? QueueAndStopping(Candidate candidate) => Queue(candidate) ?? Current(candidate);

    /// <summary>Two run at once for a while.</summary>
    public static Failure? QueueAndTwo(Candidate candidate) =>
        candidate.Spec.Traits is { Unique: true } ? Failures.IsUnique(candidate.Spec.Name)
        : KnownByName(candidate) ? Failures.OneNameOnePod(candidate.Spec.Name, candidate.Spec.Pod!.FixedName ?? "")
        : Queue(candidate);

    /// <summary>Whether the owner of its pod knows it by its name, so that there cannot be two.</summary>
    public static bool KnownByName(Candidate candidate) => candidate.Spec.Pod is { Owner: PodOwner.StatefulSet };

    /// <summary>A consumer by our rules has a broker user for each instance, and would be shut out of its open connection.</summary>
    public static Failure? Address(Candidate candidate) =>
        candidate.Spec.Pod is not null ? Failures.PodsLoseConnections(candidate.Spec.Name)
        : candidate.Spec.Queue is not null ? Failures.KnowsUs(candidate.Spec.Name)
        : candidate.Spec.Address is null ? Failures.NeedsAddress(candidate.Spec.Name)
        : Lacks(candidate.Source, WorkloadNetwork) ?? Lacks(candidate.Target, WorkloadNetwork) ?? PostCopying(candidate);

    /// <summary>Whether the node's worker knows the commands of the newer strategies: since then it says of workload networks
    /// whether it has them.</summary>
    public static bool IsCurrent(NodeReported node) => node.Features.Any(feature => feature.Name == WorkloadNetwork);

    // A copy with an address hears and says nothing before it is promoted, and what has to be compared must be said before.
    private static Failure? Queue(Candidate candidate) =>
        candidate.Spec.Queue is null ? Failures.NeedsQueue(candidate.Spec.Name)
        : candidate.Spec.Address is not null ? Failures.QueueAndAddress(candidate.Spec.Name)
        : NoPostCopy(candidate);

    private static Failure? Current(Candidate candidate) =>
        !IsCurrent(candidate.Source) ? Failures.NodeLacks(candidate.Source.Node, "freeze")
        : !IsCurrent(candidate.Target) ? Failures.NodeLacks(candidate.Target.Node, "start")
        : null;

    // Asked for by its name: to move it in another way would be worse than to say so.
    private static Failure? NoPostCopy(Candidate candidate) => candidate.PostCopy ? Failures.OnlyLivePostCopies : null;

    private static Failure? PostCopying(Candidate candidate) => candidate switch
    {
        { PostCopy: false } => null,
        { Transfer.Mode: not TransferMode.Direct } => Failures.PostCopyCarries("no memory by way of delta or registry", "Leave the transfer out."),
        { Spec.Volumes.Count: > 0 } => Failures.PostCopyCarries("no volumes", "Leave post-copy out."),
        _ => Lacks(candidate.Source, PostCopy) ?? Lacks(candidate.Target, PostCopy),
    };

    private static Failure? Lacks(NodeReported node, string feature) =>
        node.Features.FirstOrDefault(one => one.Name == feature) is { Available: true }
            ? null
            : Failures.NodeLacks(node.Node, feature);
}

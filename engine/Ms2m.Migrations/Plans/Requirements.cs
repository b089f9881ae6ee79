using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>What strategies ask of a workload and its nodes.</summary>
public static class Requirements
{
    /// <summary>Containers in networks of their own, as nodes report it.</summary>
    public const string WorkloadNetwork = "workload-network";

    public static Failure? None(Candidate candidate) => NoPostCopy(candidate);

    /// <summary>Only what consumes a queue by our rules can be followed and compared.</summary>
    public static Failure? Queue(Candidate candidate) =>
        candidate.Spec.Queue is null ? Failures.NeedsQueue(candidate.Spec.Name) : NoPostCopy(candidate);

    /// <summary>Two run at once for a while.</summary>
    public static Failure? QueueAndTwo(Candidate candidate) =>
        candidate.Spec.Traits is { Unique: true } ? Failures.IsUnique(candidate.Spec.Name) : Queue(candidate);

    /// <summary>A consumer by our rules has a broker user for each instance, and would be shut out of its open connection.</summary>
    public static Failure? Address(Candidate candidate) =>
        candidate.Spec.Queue is not null ? Failures.KnowsUs(candidate.Spec.Name)
        : candidate.Spec.Address is null ? Failures.NeedsAddress(candidate.Spec.Name)
        : Lacks(candidate.Source, WorkloadNetwork) ?? Lacks(candidate.Target, WorkloadNetwork) ?? NoPostCopy(candidate);

    // Asked for by its name and not there: to move it in another way would be worse than to say so.
    private static Failure? NoPostCopy(Candidate candidate) => candidate.PostCopy ? Failures.NoPostCopy : null;

    // A worker that says nothing of a feature is older than the feature.
    private static Failure? Lacks(NodeReported node, string feature) =>
        node.Features.FirstOrDefault(one => one.Name == feature) is { Available: true }
            ? null
            : Failures.NodeLacks(node.Node, feature);
}

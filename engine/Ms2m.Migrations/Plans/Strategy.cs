using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>A way to move a workload: all that the engine knows of it.</summary>
/// <param name="Name">By which it is asked for.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="PlanFor">Its steps.</param>
/// <param name="Refuses">Why a workload cannot be moved like this, or null. Asked before anything is touched.</param>
public sealed record Strategy(string Name, string Summary, Func<Shape, Plan> PlanFor, Func<Candidate, Failure?> Refuses);

/// <summary>A workload that is to be moved, and its nodes as they last reported.</summary>
public sealed record Candidate(
    InstanceReported Instance, NodeReported Source, NodeReported Target, TransferOptions Transfer, bool PostCopy)
{
    public WorkloadSpec Spec => Instance.Spec;
}

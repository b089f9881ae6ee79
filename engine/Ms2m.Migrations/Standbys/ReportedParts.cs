using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>Parts of reports as they can be used. A worker that leaves one out, or writes nothing where something should be,
/// must not keep what the others say from being looked at.</summary>
internal static class ReportedParts
{
    public static IEnumerable<InstanceReported> UsableInstances(this NodeReported node) =>
        (node.Instances ?? []).Where(one => one is { InstanceId: not null, Spec.Name: not null });

    public static IEnumerable<Holding> UsableHoldings(this NodeReported node) => (node.Holdings ?? []).Where(one => one is not null);

    public static IEnumerable<BaseRound> UsableRounds(this InstanceReported instance) =>
        (instance.BaseRounds ?? []).Where(one => one is not null);
}

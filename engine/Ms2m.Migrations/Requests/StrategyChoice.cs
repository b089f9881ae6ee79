using Ms2m.Contracts;
using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations;

/// <summary>Which strategy a workload is moved by, where nobody has asked for one: the gentlest that keeps what the
/// workload has.</summary>
public static class StrategyChoice
{
    /// <summary>The name that leaves the choice to the engine.</summary>
    public const string Auto = "auto";

    /// <returns>The strategy and why; or why there is none.</returns>
    public static (Strategy? Strategy, string? Reason, Failure? Refusal) Choose(string asked, Candidate candidate)
    {
        if (asked != Auto)
        {
            var strategy = PlanCatalogue.Find(asked)
                ?? throw new ArgumentException("It is not a strategy's name; requests are checked for it before.", nameof(asked));
            return strategy.Refuses(candidate) is { } refusal ? (null, null, refusal) : (strategy, null, null);
        }

        var wanted = Wanted(candidate);
        if (wanted is not var (name, reason))
        {
            return (null, null, Failures.NothingKeepsIt(candidate.Spec.Name));
        }

        var choice = PlanCatalogue.Find(name)!;
        return choice.Refuses(candidate) is { } against ? (null, null, against) : (choice, reason, null);
    }

    private static (string, string)? Wanted(Candidate candidate) => candidate switch
    {
        { Spec.Traits.Stateless: true } => ("cold", "it declares that it has no state"),
        { Spec: { Queue: not null, Traits.Unique: true } } =>
            ("sequential", "it consumes a queue, and declares that there may never be two of it"),
        { Spec: { Queue: not null, Pod.Owner: PodOwner.StatefulSet } } =>
            ("sequential", "it consumes a queue, and its StatefulSet knows it by a name that two pods cannot have"),
        { Spec.Queue: not null } => ("shadow", "it consumes a queue: the copy follows, is compared, and takes over at a position"),
        { Spec.Address: not null } => ("live", "it has an address of its own and no queue: its open connections move with it"),
        // Never cold: what it has in memory would be gone, and nobody has said that it may be.
        _ => null,
    };
}

using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>Every strategy there is. A new one is one line here; docs/adding-a-strategy.md.</summary>
public static class PlanCatalogue
{
    public static IReadOnlyList<Strategy> Strategies { get; } =
    [
        new("shadow", "a copy follows the running source and takes over at a position", ShadowPlan.For, Requirements.QueueAndTwo),
        new("sequential", "the source stops, then its copy goes on: never two at once", SequentialPlan.For, Requirements.QueueAndStopping),
        new("live", "a process that knows nothing of us moves with its address and its open connections", LivePlan.For, Requirements.Address),
        new("cold", "stopped here and started there from its image, without its state", ColdPlan.For, Requirements.Stopping),
    ];

    private static readonly Dictionary<(string, Shape), Plan> _plans = (
        from strategy in Strategies from shape in Shape.All select (Key: (strategy.Name, shape), Plan: strategy.PlanFor(shape)))
        .ToDictionary(entry => entry.Key, entry => entry.Plan);

    /// <summary>The strategy of that name, or null.</summary>
    public static Strategy? Find(string name) => Strategies.FirstOrDefault(strategy => strategy.Name == name);

    /// <summary>The plan of a request, or null where there is no strategy of that name.</summary>
    public static Plan? Find(MigrationRequested request) =>
        _plans.GetValueOrDefault((request.Strategy, Shape.Of(request.Spec, request.Transfer, request.PostCopy)));

    /// <summary>The plan that a candidate would be moved by.</summary>
    public static Plan For(Strategy strategy, Candidate candidate) =>
        _plans[(strategy.Name, Shape.Of(candidate.Spec, candidate.Transfer, candidate.PostCopy))];
}

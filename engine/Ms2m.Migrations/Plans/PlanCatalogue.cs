namespace Ms2m.Migrations.Plans;

/// <summary>Every strategy there is.</summary>
public static class PlanCatalogue
{
    private static readonly Dictionary<string, Plan> Plans =
        new[] { ShadowPlan.Plan }.ToDictionary(plan => plan.Strategy, StringComparer.Ordinal);

    /// <summary>Names of the strategies, for error messages and help.</summary>
    public static IReadOnlyCollection<string> Strategies => Plans.Keys;

    /// <summary>The plan of a strategy, or null where there is none of that name.</summary>
    public static Plan? Find(string strategy) => Plans.GetValueOrDefault(strategy);
}

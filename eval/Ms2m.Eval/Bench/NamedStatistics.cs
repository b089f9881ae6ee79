namespace Ms2m.Eval.Bench;

/// <summary>Statistics of one phase, step or kind of work.</summary>
internal sealed record NamedStatistics(string Name, Statistics Ms)
{
    /// <summary>In the order in which the names first appear.</summary>
    public static IReadOnlyList<NamedStatistics> Of(IEnumerable<(string Name, double Ms)> sample) =>
    [
        .. from one in sample
        group one.Ms by one.Name into named
        select new NamedStatistics(named.Key, Statistics.Of(named)!),
    ];
}

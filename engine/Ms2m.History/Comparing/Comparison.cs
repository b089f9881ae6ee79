using System.Collections.Immutable;
using Ms2m.History.Timelines;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Comparing;

/// <summary>Two migrations, side by side.</summary>
public sealed record Comparison(
    MigrationView First, MigrationView Second, ImmutableArray<Pair> Totals, ImmutableArray<Pair> Phases, ImmutableArray<Pair> Steps)
{
    public static Comparison Of(MigrationHistory first, MigrationHistory second)
    {
        var (one, other) = (first.View(), second.View());
        return new Comparison(
            one,
            other,
            [
                new Pair("total", one.TotalMs, other.TotalMs),
                new Pair("interruption", one.InterruptionMs, other.InterruptionMs),
                new Pair("frozen", one.FrozenMs, other.FrozenMs),
            ],
            Pairs(one.Phases.GroupBy(phase => phase.Name), other.Phases.GroupBy(phase => phase.Name), phase => phase.Ms),
            Pairs(one.Steps.GroupBy(step => step.Name), other.Steps.GroupBy(step => step.Name), step => step.Ms));
    }

    // In the order of the first, then what only the second has.
    private static ImmutableArray<Pair> Pairs<TName, T>(
        IEnumerable<IGrouping<TName, T>> first, IEnumerable<IGrouping<TName, T>> second, Func<T, double> ms)
        where TName : notnull
    {
        var (one, other) = (first.ToDictionary(group => group.Key, group => group.Sum(ms)), second.ToDictionary(group => group.Key, group => group.Sum(ms)));
        return
        [
            .. one.Keys.Concat(other.Keys.Where(name => !one.ContainsKey(name)))
                .Select(name => new Pair($"{name}", Find(one, name), Find(other, name))),
        ];

        static double? Find(Dictionary<TName, double> all, TName name) => all.TryGetValue(name, out var found) ? found : null;
    }
}

/// <summary>A duration in both; absent where one has none of that name.</summary>
public sealed record Pair(string Name, double? FirstMs, double? SecondMs)
{
    /// <summary>The second to the first.</summary>
    public double? Ratio => FirstMs > 0 && SecondMs is { } second ? second / FirstMs : null;
}

using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Explaining;

/// <summary>What migrations of one kind usually take: of the same workload with the same strategy, completed, the newest
/// ones.</summary>
public interface IMedians
{
    /// <summary>Of how many migrations.</summary>
    int Count { get; }

    double? TotalMs { get; }

    /// <summary>From the start of a step's first attempt to its end; null where no migration had it.</summary>
    double? StepMs(string step);

    double? PhaseMs(Phase phase);
}

/// <summary>Medians computed from the views themselves.</summary>
public sealed class ViewMedians : IMedians
{
    private readonly IReadOnlyList<MigrationView> _views;

    public ViewMedians(IEnumerable<MigrationView> views) => _views = [.. views];

    public static IMedians None { get; } = new ViewMedians([]);

    public int Count => _views.Count;

    public double? TotalMs => Of(_views.Select(view => view.TotalMs));

    public double? StepMs(string step) => Of(_views.SelectMany(view => view.Steps).Where(one => one.Name == step).Select(one => one.Ms));

    public double? PhaseMs(Phase phase) => Of(_views
        .Select(view => view.Phases.Where(one => one.Name == phase).Select(one => one.Ms).DefaultIfEmpty(double.NaN).Sum())
        .Where(ms => !double.IsNaN(ms)));

    private static double? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length switch
        {
            0 => null,
            var count when count % 2 == 1 => sorted[count / 2],
            var count => (sorted[(count / 2) - 1] + sorted[count / 2]) / 2,
        };
    }
}

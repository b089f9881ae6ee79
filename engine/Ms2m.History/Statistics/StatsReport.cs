namespace Ms2m.History.Statistics;

/// <summary>How migrations went, over a period.</summary>
/// <param name="Outcomes">How many ended as what, or are in which phase.</param>
/// <param name="Reasons">Why migrations were refused, rolled back or failed, the most frequent first.</param>
/// <param name="Measures">Of the completed ones: total, interruption, wait, freeze (ms) and size (bytes).</param>
/// <param name="Phases">Of the completed ones, in ms.</param>
/// <param name="Steps">Of the completed ones, in ms.</param>
/// <param name="Groups">By workload, strategy and pair of nodes.</param>
public sealed record StatsReport(
    long Migrations,
    DateTimeOffset? First,
    DateTimeOffset? Last,
    IReadOnlyList<Counted> Outcomes,
    IReadOnlyList<Counted> Reasons,
    IReadOnlyList<Spread> Measures,
    IReadOnlyList<Spread> Phases,
    IReadOnlyList<Spread> Steps,
    IReadOnlyList<KindStats> Groups)
{
    /// <summary>The position in the log up to which the figures go.</summary>
    public long Mark { get; init; }

    /// <summary>The newest position in the log.</summary>
    public long Newest { get; init; }
}

public sealed record Counted(string Name, long Count);

/// <summary>Percentiles of one measure, interpolated as PostgreSQL's percentile_cont does.</summary>
/// <param name="Count">How many have it.</param>
public sealed record Spread(string Name, long Count, double Mean, double P50, double P90, double P95, double P99, double Max);

/// <summary>One kind of migration.</summary>
/// <param name="TotalP50">In ms, of the completed ones; absent when there are none.</param>
public sealed record KindStats(
    string? Workload, string? Strategy, string? SourceNode, string? TargetNode, long Migrations, long Completed,
    double? TotalP50, double? TotalP95, double? InterruptionP50, double? InterruptionP95);

namespace Ms2m.Eval;

/// <summary>A sample in five numbers.</summary>
internal sealed record Statistics(int Count, double Median, double P95, double Min, double Max)
{
    /// <summary>Null for an empty sample: a zero would look like a measurement.</summary>
    public static Statistics? Of(IEnumerable<double> sample)
    {
        double[] sorted = [.. sample.Order()];
        return sorted.Length == 0
            ? null
            : new Statistics(sorted.Length, Quantile(sorted, 0.5), Quantile(sorted, 0.95), sorted[0], sorted[^1]);
    }

    /// <summary>Linear between the two nearest ranks.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var rank = share * (sorted.Length - 1);
        var below = (int)Math.Floor(rank);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
    }
}

using System.Diagnostics.Metrics;

namespace Ms2m.Engine.Measuring;

/// <summary>What Prometheus knows as a type.</summary>
public enum Kind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one name.</summary>
/// <param name="Bounds">Upper ends of a histogram's buckets, ascending, without infinity.</param>
public sealed record Family(string Name, string Help, Kind Kind, IReadOnlyList<double> Bounds)
{
    /// <summary>By their labels.</summary>
    public SortedDictionary<string, Series> Series { get; private init; } = new(StringComparer.Ordinal);

    public static Family Of(Instrument instrument) => new(
        instrument.Name,
        instrument.Description ?? "",
        instrument switch
        {
            Counter<long> => Kind.Counter,
            Histogram<double> => Kind.Histogram,
            _ => Kind.Gauge,
        },
        (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []);

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        if (!Series.TryGetValue(labels, out var series))
        {
            Series[labels] = series = new Series(new long[Bounds.Count + 1]);
        }

        if (Kind == Kind.Histogram)
        {
            series.Buckets[Bounds.TakeWhile(bound => value > bound).Count()]++;
            series.Count++;
        }

        series.Sum = Kind == Kind.Gauge ? value : series.Sum + value;
    }

    public Family Copy()
    {
        var copy = this with { Series = new SortedDictionary<string, Series>(StringComparer.Ordinal) };
        foreach (var (labels, series) in Series)
        {
            copy.Series[labels] = new Series([.. series.Buckets]) { Sum = series.Sum, Count = series.Count };
        }

        return copy;
    }
}

/// <summary>One series: a value, or a histogram.</summary>
/// <param name="buckets">How many were in each bucket, the one without an upper end last.</param>
public sealed class Series(long[] buckets)
{
    public long[] Buckets => buckets;

    /// <summary>The value, or the sum of a histogram.</summary>
    public double Sum { get; set; }

    public long Count { get; set; }
}

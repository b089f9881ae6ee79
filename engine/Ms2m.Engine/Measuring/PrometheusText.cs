using System.Globalization;
using System.Text;

namespace Ms2m.Engine.Measuring;

/// <summary>Writes Prometheus' text format, version 0.0.4.</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<Family> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.Where(family => family.Series.Count > 0))
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help, quotes: false)).Append('\n')
                .Append("# TYPE ").Append(family.Name).Append(' ').Append(Word(family.Kind)).Append('\n');
            foreach (var (labels, series) in family.Series)
            {
                if (family.Kind == Kind.Histogram)
                {
                    WriteHistogram(text, family, labels, series);
                }
                else
                {
                    Line(text, family.Name, labels, Number(series.Sum));
                }
            }
        }

        return text.ToString();
    }

    /// <summary>As they stand between the braces, sorted by name so that a series has one name only.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(',', tags.ToArray()
        .OrderBy(tag => tag.Key, StringComparer.Ordinal)
        .Select(tag => $"{tag.Key}=\"{Escape(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "", quotes: true)}\""));

    private static void WriteHistogram(StringBuilder text, Family family, string labels, Series series)
    {
        var upTo = 0L;
        for (var i = 0; i < series.Buckets.Length; i++)
        {
            upTo += series.Buckets[i];
            var bound = i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf";
            Line(text, family.Name + "_bucket", labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"", Whole(upTo));
        }

        Line(text, family.Name + "_sum", labels, Number(series.Sum));
        Line(text, family.Name + "_count", labels, Whole(series.Count));
    }

    private static void Line(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Word(Kind kind) => kind switch
    {
        Kind.Counter => "counter",
        Kind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(double number) =>
        double.IsPositiveInfinity(number) ? "+Inf" : double.IsNegativeInfinity(number) ? "-Inf"
        : number.ToString("R", CultureInfo.InvariantCulture);
}

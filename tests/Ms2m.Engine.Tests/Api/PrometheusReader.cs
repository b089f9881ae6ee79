using System.Globalization;
using System.Text.RegularExpressions;

namespace Ms2m.Engine.Tests.Api;

/// <summary>Reads Prometheus' text format by the letter of its description, sharing nothing with what writes it, and fails on
/// whatever that description does not allow.</summary>
internal sealed partial class PrometheusReader
{
    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _helped = [];

    /// <summary>By name and labels as they stand.</summary>
    public Dictionary<string, double> Samples { get; } = [];

    public IReadOnlyDictionary<string, string> Types => _types;

    public static PrometheusReader Of(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var reader = new PrometheusReader();
        foreach (var line in text[..^1].Split('\n'))
        {
            reader.Take(line);
        }

        reader.CheckHistograms();
        return reader;
    }

    public double Sum(string name) => Samples.Where(one => one.Key.Split('{')[0] == name).Sum(one => one.Value);

    private void Take(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            var help = line["# HELP ".Length..].Split(' ', 2);
            Assert.True(_helped.Add(help[0]), $"HELP twice: {line}");
            Assert.DoesNotMatch(@"\\[^\\n]", help[1]);
            return;
        }

        if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var type = line["# TYPE ".Length..].Split(' ');
            Assert.Equal(2, type.Length);
            Assert.Contains(type[1], (string[])["counter", "gauge", "histogram"]);
            Assert.True(_types.TryAdd(type[0], type[1]), $"TYPE twice: {line}");
            Assert.Contains(type[0], _helped);
            return;
        }

        var sample = Sample().Match(line);
        Assert.True(sample.Success, $"no sample: {line}");
        var name = sample.Groups["name"].Value;
        var labels = sample.Groups["labels"].Value;
        Assert.Equal(labels.Length, Label().Matches(labels).Sum(label => label.Length));
        Assert.True(_types.ContainsKey(Base(name)), $"a sample before its TYPE: {line}");
        var value = sample.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Assert.True(Samples.TryAdd(labels.Length == 0 ? name : $"{name}{{{labels}}}", value), $"a sample twice: {line}");
        Assert.True(_types[Base(name)] == "gauge" || value >= 0, $"fell: {line}");
        Assert.True(_types[Base(name)] != "counter" || name.EndsWith("_total", StringComparison.Ordinal), $"a counter's name: {line}");
    }

    private string Base(string name)
    {
        foreach (var part in (string[])["_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(part, StringComparison.Ordinal) && _types.GetValueOrDefault(name[..^part.Length]) == "histogram")
            {
                return name[..^part.Length];
            }
        }

        return name;
    }

    private void CheckHistograms()
    {
        foreach (var (name, _) in _types.Where(type => type.Value == "histogram"))
        {
            foreach (var count in Samples.Where(one => one.Key.Split('{')[0] == name + "_count"))
            {
                var labels = count.Key.Contains('{', StringComparison.Ordinal) ? count.Key[(name.Length + 7)..^1] : "";
                var prefix = name + "_bucket{" + (labels.Length == 0 ? "le=" : labels + ",le=");
                var buckets = Samples.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
                Assert.Equal(count.Value, buckets[^1].Value);
                Assert.EndsWith("le=\"+Inf\"}", buckets[^1].Key, StringComparison.Ordinal);
                Assert.Equal(buckets.Select(one => one.Value).Order(), buckets.Select(one => one.Value));
                Assert.Contains(count.Key.Replace("_count", "_sum", StringComparison.Ordinal), Samples.Keys);
            }
        }
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.+)\})? (?<value>\S+)$")]
    private static partial Regex Sample();

    [GeneratedRegex("(^|,)[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\\\\\|\\\\\"|\\\\n)*\"")]
    private static partial Regex Label();
}

using System.Text.Json;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>The labels by which owners and services know a pod.</summary>
internal static class PodLabels
{
    /// <summary>Those that a restored pod is to get; what is ours alone is never among them.</summary>
    /// <returns>Null when it does not say, or nobody can read it.</returns>
    public static IReadOnlyDictionary<string, string>? ToTake(Pod pod)
    {
        try
        {
            return pod.Metadata.Annotation(Markings.LabelsToTake) is not { } text ? null
                : JsonSerializer.Deserialize(text, KubernetesJson.Default.DictionaryStringString)?
                    .Where(one => one.Key is not (Markings.Instance or Markings.Migration))
                    .ToDictionary(one => one.Key, one => one.Value);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static bool Has(Pod pod, IReadOnlyDictionary<string, string> labels) =>
        labels.All(one => pod.Metadata.Label(one.Key) == one.Value);

    /// <summary>As to be set.</summary>
    public static Dictionary<string, string?> Set(IReadOnlyDictionary<string, string> labels) =>
        labels.ToDictionary(one => one.Key, one => (string?)one.Value);

    /// <summary>As a query; it may find more than the selector does, never less.</summary>
    public static string Selecting(LabelSelector selector) =>
        string.Join(',', (selector.MatchLabels ?? new Dictionary<string, string>()).Select(one => $"{one.Key}={one.Value}"));

    public static bool Matches(LabelSelector? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is not null
        && selector.MatchLabels?.All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value) != false
        && (selector.Others?.GetValueOrDefault("matchExpressions") is not { ValueKind: JsonValueKind.Array } expressions
            || expressions.EnumerateArray().All(one => Matches(one, labels)));

    private static bool Matches(JsonElement expression, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(expression.GetProperty("key").GetString() ?? "");
        var listed = expression.TryGetProperty("values", out var values)
            && values.EnumerateArray().Any(one => one.GetString() == value);
        return expression.GetProperty("operator").GetString() switch
        {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => value is not null,
            _ => value is null,
        };
    }
}

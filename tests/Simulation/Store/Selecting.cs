using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Label and field selectors.</summary>
internal static partial class Selecting
{
    private static readonly string[] _fieldsOfPods =
        ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP"];

    /// <returns>Why the server would not understand it.</returns>
    public static ApiProblem? Misunderstood(Resource resource, Selection which) => Fields(which.Fields)
        .Where(field => !Known(resource, field.Path))
        .Select(field => Problems.BadRequest($"field label not supported: {field.Path}"))
        .FirstOrDefault();

    public static bool Matches(Resource resource, Selection which, KubernetesObject what) =>
        (which.Namespace is null || which.Namespace == what.Metadata.Namespace)
        && MatchesLabels(which.Labels, what.Metadata.Labels)
        && MatchesFields(resource, which.Fields, what);

    /// <summary>As in <c>spec.selector</c>. An empty one selects all, an absent one nothing.</summary>
    public static bool Matches(LabelSelector? selector, IReadOnlyDictionary<string, string>? labels)
    {
        if (selector is null)
        {
            return false;
        }
        labels ??= new Dictionary<string, string>();
        if (selector.MatchLabels?.Any(wanted => labels.GetValueOrDefault(wanted.Key) != wanted.Value) == true)
        {
            return false;
        }
        return selector.Others?.GetValueOrDefault("matchExpressions") is not { ValueKind: JsonValueKind.Array } expressions
            || expressions.EnumerateArray().All(one => Matches(one, labels));
    }

    private static bool Matches(JsonElement expression, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(expression.GetProperty("key").GetString()!);
        string?[] values = expression.TryGetProperty("values", out var list) ? [.. list.EnumerateArray().Select(one => one.GetString())] : [];
        return expression.GetProperty("operator").GetString() switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            _ => value is null,
        };
    }

    private static bool MatchesLabels(string? selector, IReadOnlyDictionary<string, string>? labels)
    {
        foreach (Match part in Requirement().Matches(selector ?? ""))
        {
            var (key, values) = (part.Groups["key"].Value, part.Groups["values"].Value.Split(',').Select(one => one.Trim()));
            var value = labels?.GetValueOrDefault(key);
            var holds = part.Groups["operator"].Value switch
            {
                "in" => value is not null && values.Contains(value),
                "notin" => value is null || !values.Contains(value),
                "=" or "==" => value == part.Groups["value"].Value,
                "!=" => value != part.Groups["value"].Value,
                _ => (value is null) == (part.Groups["not"].Length > 0),
            };
            if (!holds)
            {
                return false;
            }
        }
        return true;
    }

    private static bool MatchesFields(Resource resource, string? selector, KubernetesObject what)
    {
        if (string.IsNullOrEmpty(selector))
        {
            return true;
        }
        var json = resource.Write(what);
        return Fields(selector).All(field =>
            (field.Path.Split('.').Aggregate((JsonNode?)json, (at, part) => at?[part])?.ToString() ?? "") == field.Value != field.Not);
    }

    private static IEnumerable<(string Path, string Value, bool Not)> Fields(string? selector) =>
        (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part =>
        {
            var not = part.Contains("!=", StringComparison.Ordinal);
            var sides = part.Split(not ? "!=" : "=", 2);
            return (sides[0].Trim(), sides[^1].TrimStart('=').Trim(), not);
        });

    private static bool Known(Resource resource, string path) =>
        path is "metadata.name" or "metadata.namespace"
        || (resource.Kind == "Pod" && _fieldsOfPods.Contains(path))
        || (resource.Kind == "Event" && (path.StartsWith("involvedObject.", StringComparison.Ordinal) || path is "reason" or "type"));

    [GeneratedRegex(@"(?<not>!)?(?<key>[\w./-]+)\s*(?:(?<operator>notin|in)\s*\((?<values>[^)]*)\)|(?<operator>==|!=|=)\s*(?<value>[\w.-]*))?")]
    private static partial Regex Requirement();
}

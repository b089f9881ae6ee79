using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>What a server would say to an object, by its schema: as much of OpenAPI v3 as crd.yaml uses.</summary>
internal static class SchemaCheck
{
    public static List<string> Problems(JsonObject schema, JsonNode value, string path = "")
    {
        if (TypeOf(value) is var type && type != (string?)schema["type"])
        {
            return [$"{path}: type"];
        }

        return value switch
        {
            JsonObject members => InObject(schema, members, path),
            JsonArray items => [.. items.SelectMany((item, i) => Problems(schema["items"]!.AsObject(), item!, $"{path}[{i}]"))],
            _ => [.. InScalar(schema, value).Select(word => $"{path}: {word}")],
        };
    }

    private static List<string> InObject(JsonObject schema, JsonObject members, string path)
    {
        string Named(string name) => path.Length == 0 ? name : $"{path}.{name}";

        var problems = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!)
            .Where(name => !members.ContainsKey(name)).Select(name => $"{Named(name)}: required").ToList();
        // An object without declared members is metadata, which the server knows itself.
        var known = schema["properties"]?.AsObject();
        foreach (var (name, member) in members)
        {
            var inner = known?[name] ?? schema["additionalProperties"];
            problems.AddRange(inner is not null ? Problems(inner.AsObject(), member!, Named(name))
                : known is not null ? [$"{Named(name)}: unknown"]
                : []);
        }

        return problems;
    }

    private static IEnumerable<string> InScalar(JsonObject schema, JsonNode value)
    {
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
        {
            yield return "enum";
        }

        var text = value.GetValueKind() == JsonValueKind.String ? (string)value! : null;
        if (text is not null && text.Length < ((long?)schema["minLength"] ?? 0))
        {
            yield return "minLength";
        }
        else if (text is not null && schema["pattern"] is { } pattern && !Regex.IsMatch(text, (string)pattern!, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            yield return "pattern";
        }

        if (text is not null && text.Length > ((long?)schema["maxLength"] ?? long.MaxValue))
        {
            yield return "maxLength";
        }

        if (value.GetValueKind() == JsonValueKind.Number
            && long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) is var number)
        {
            if (number < ((long?)schema["minimum"] ?? long.MinValue))
            {
                yield return "minimum";
            }

            if (number > ((long?)schema["maximum"] ?? long.MaxValue))
            {
                yield return "maximum";
            }
        }
    }

    private static string TypeOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "integer",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}

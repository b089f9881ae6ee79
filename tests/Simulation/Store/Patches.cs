using System.Globalization;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Tests.Simulation;

/// <summary>Applies a patch to an object's JSON.</summary>
internal static class Patches
{
    /// <returns>Null when a <c>test</c> of it fails or a path of it is not there.</returns>
    public static JsonObject? Apply(JsonObject to, Patch patch) => patch.ContentType switch
    {
        "application/json-patch+json" => Operate(to, patch.Body.AsArray()),
        "application/strategic-merge-patch+json" => Merge(to, patch.Body.AsObject(), byKeys: true),
        _ => Merge(to, patch.Body.AsObject(), byKeys: false),
    };

    /// <param name="byKeys">Lists of named things are merged by their names, as the server's own merge does for those that
    /// are used here.</param>
    private static JsonObject Merge(JsonObject to, JsonObject change, bool byKeys)
    {
        var merged = to.DeepClone().AsObject();
        foreach (var (name, value) in change)
        {
            merged[name] = (value, merged[name]) switch
            {
                (JsonObject part, var before) => Merge(before as JsonObject ?? [], part, byKeys),
                (JsonArray list, JsonArray before) when byKeys && KeyOf(name, list) is { } key => MergeList(before, list, key),
                _ => value?.DeepClone(),
            };
            if (merged[name] is null)
            {
                merged.Remove(name);
            }
        }
        return merged;
    }

    private static string? KeyOf(string name, JsonArray list) => name switch
    {
        "ownerReferences" => "uid",
        "conditions" => "type",
        "finalizers" or "taints" => null,
        _ => list.All(one => one is JsonObject named && named.ContainsKey("name")) ? "name" : null,
    };

    private static JsonArray MergeList(JsonArray before, JsonArray change, string key)
    {
        var merged = before.DeepClone().AsArray();
        foreach (var one in change.OfType<JsonObject>())
        {
            var at = -1;
            for (var i = 0; i < merged.Count && at < 0; i++)
            {
                at = JsonNode.DeepEquals(merged[i]![key], one[key]) ? i : -1;
            }
            if (one["$patch"] is not null)
            {
                if (at >= 0)
                {
                    merged.RemoveAt(at);
                }
            }
            else if (at >= 0)
            {
                merged[at] = Merge(merged[at]!.AsObject(), one, byKeys: true);
            }
            else
            {
                merged.Add(one.DeepClone());
            }
        }
        return merged;
    }

    private static JsonObject? Operate(JsonObject to, JsonArray operations)
    {
        var patched = to.DeepClone().AsObject();
        foreach (var operation in operations.OfType<JsonObject>())
        {
            string[] path = [.. ((string)operation["path"]!).Split('/').Skip(1).Select(
                part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
            JsonNode? at = patched;
            foreach (var part in path[..^1])
            {
                at = At(at, part);
            }
            if (at is null || !Operate(at, path[^1], (string)operation["op"]!, operation["value"]))
            {
                return null;
            }
        }
        return patched;
    }

    private static JsonNode? At(JsonNode? node, string part) => node switch
    {
        JsonObject named => named[part],
        JsonArray list when int.TryParse(part, CultureInfo.InvariantCulture, out var index) && index < list.Count => list[index],
        _ => null,
    };

    private static bool Operate(JsonNode at, string last, string operation, JsonNode? value)
    {
        switch (operation)
        {
            case "test":
                return JsonNode.DeepEquals(At(at, last), value);
            case "remove" when At(at, last) is null:
            case "replace" when At(at, last) is null:
                return false;
            case "remove":
                Remove(at, last);
                return true;
            case "add" when at is JsonArray list:
                list.Insert(last == "-" ? list.Count : int.Parse(last, CultureInfo.InvariantCulture), value?.DeepClone());
                return true;
            default:
                Set(at, last, value?.DeepClone());
                return true;
        }
    }

    private static void Remove(JsonNode at, string last)
    {
        if (at is JsonArray list)
        {
            list.RemoveAt(int.Parse(last, CultureInfo.InvariantCulture));
        }
        else
        {
            at.AsObject().Remove(last);
        }
    }

    private static void Set(JsonNode at, string last, JsonNode? value)
    {
        if (at is JsonArray list)
        {
            list[int.Parse(last, CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            at.AsObject()[last] = value;
        }
    }
}

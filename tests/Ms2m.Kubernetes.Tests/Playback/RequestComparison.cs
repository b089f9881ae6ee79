using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>Whether a request is the one that was recorded, and where it is not. Left out of the comparison is only what says
/// the same in another way: the size of pages, how long a watch is to last, that bookmarks are welcome, the namespace within
/// a body whose path names it, and the grace of a deletion, which may stand in the query or in the body.</summary>
internal static class RequestComparison
{
    private static readonly string[] _ours = ["limit", "timeoutSeconds", "allowWatchBookmarks"];

    public static string? Difference(Exchange expected, string method, string target, string? contentType, JsonNode? body)
    {
        if (expected.Method.Method != method || expected.Target.Split('?')[0] != target.Split('?')[0])
        {
            return $"expected {expected.Method} {expected.Target}, got {method} {target}";
        }

        var isDeletion = expected.Method == HttpMethod.Delete;
        var (wanted, got) = (Words(expected.Target, isDeletion), Words(target, isDeletion));
        if (!wanted.SetEquals(got))
        {
            return $"expected the query {string.Join('&', wanted)}, got {string.Join('&', got)}";
        }

        var wantedBody = isDeletion ? Options(expected.Target, expected.Body) : WithoutNamespace(expected.Body);
        var gotBody = isDeletion ? Options(target, body) : WithoutNamespace(body);
        if (!JsonNode.DeepEquals(wantedBody, gotBody))
        {
            return $"expected the body {wantedBody?.ToJsonString()}, got {gotBody?.ToJsonString()}";
        }

        var wantedType = isDeletion && body is not null ? "application/json" : expected.ContentType;
        return contentType == wantedType ? null : $"expected a body of type {wantedType}, got {contentType}";
    }

    private static HashSet<string> Words(string target, bool isDeletion) => [.. Transcript.QueryOf(target)
        .Where(pair => !_ours.Contains(pair.Key) && !(isDeletion && pair.Key == "gracePeriodSeconds"))
        .Select(pair => $"{pair.Key}={pair.Value}")];

    /// <summary>Of a deletion: without a body it has none.</summary>
    private static JsonObject Options(string target, JsonNode? body)
    {
        var options = body?.DeepClone().AsObject() ?? new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (Transcript.QueryOf(target).TryGetValue("gracePeriodSeconds", out var grace))
        {
            options["gracePeriodSeconds"] = int.Parse(grace, System.Globalization.CultureInfo.InvariantCulture);
        }

        return options;
    }

    private static JsonNode? WithoutNamespace(JsonNode? body)
    {
        var copy = body?.DeepClone();
        if (copy is JsonObject { } all && all["metadata"] is JsonObject metadata)
        {
            metadata.Remove("namespace");
            if (metadata.Count == 0)
            {
                all.Remove("metadata");
            }
        }

        return copy;
    }
}

using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http.Watching;

/// <summary>One line of a watch.</summary>
/// <param name="News">What the one who watches is told; null for bookmarks and for errors.</param>
/// <param name="ResourceVersion">From where the watch can be resumed after it.</param>
/// <param name="Problem">Of an ERROR event.</param>
internal sealed record WatchEvent<T>(Watched<T>? News, string? ResourceVersion, ApiProblem? Problem)
    where T : KubernetesObject
{
    public static WatchEvent<T> Read(byte[] line, Kind<T> kind)
    {
        using var document = JsonDocument.Parse(line);
        var type = document.RootElement.GetProperty("type").GetString();
        var what = document.RootElement.GetProperty("object");
        return type switch
        {
            "ADDED" or "MODIFIED" => Of(WatchedKind.Present, what, kind),
            "DELETED" => Of(WatchedKind.Gone, what, kind),
            "ERROR" => new WatchEvent<T>(null, null, StatusReader.Read(what)),
            // A bookmark has the version and nothing else; so has whatever a later server may think of.
            _ => new WatchEvent<T>(null, VersionOf(what), null),
        };
    }

    private static WatchEvent<T> Of(WatchedKind news, JsonElement what, Kind<T> kind)
    {
        var seen = what.Deserialize(kind.Json) ?? throw new JsonException("its object is null");
        return new WatchEvent<T>(new Watched<T>(news, seen), seen.Metadata.ResourceVersion, null);
    }

    private static string? VersionOf(JsonElement what) =>
        what.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("resourceVersion", out var version)
            ? version.GetString()
            : null;
}

using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http;

/// <summary>One page of a list.</summary>
internal readonly record struct ListPage(string? ResourceVersion, string? Continue)
{
    /// <param name="items">To which those of the page are added.</param>
    public static ListPage Read<T>(ReadOnlySpan<byte> body, Kind<T> kind, List<T> items)
        where T : KubernetesObject
    {
        var reader = new Utf8JsonReader(body);
        using var document = JsonDocument.ParseValue(ref reader);
        var list = document.RootElement;
        // Go writes an empty list of some kinds as null.
        if (list.TryGetProperty("items", out var given) && given.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in given.EnumerateArray())
            {
                var item = one.Deserialize(kind.Json) ?? throw new JsonException("an item is null");
                // Within a list, the server leaves out what all have in common.
                items.Add(item with { ApiVersion = item.ApiVersion ?? kind.ApiVersion, Kind = item.Kind ?? kind.Name });
            }
        }

        var metadata = list.TryGetProperty("metadata", out var about) ? about : default;
        return new ListPage(Text(metadata, "resourceVersion"), Text(metadata, "continue"));
    }

    private static string? Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value.GetString() : null;
}

using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>JSON compared by what it says: the order of fields says nothing, nor does a field that is null.</summary>
internal static class SameJson
{
    public static void Assert(JsonNode? expected, JsonNode? given)
    {
        var (wanted, got) = (Of(expected), Of(given));
        Xunit.Assert.True(JsonNode.DeepEquals(wanted, got), $"expected {wanted?.ToJsonString()}\n     got {got?.ToJsonString()}");
    }

    public static JsonNode? Of(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Where(field => field.Value is not null)
            .Select(field => KeyValuePair.Create(field.Key, Of(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Of)]),
        _ => node?.DeepClone(),
    };
}

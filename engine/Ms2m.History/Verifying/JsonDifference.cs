using System.Text.Json;

namespace Ms2m.History.Verifying;

/// <summary>Where two documents differ, in words.</summary>
internal static class JsonDifference
{
    private const int Longest = 60;

    /// <summary>The first difference, or null. What an older version has not stored, because it did not know it, is no
    /// difference; what is stored must be there in the other.</summary>
    public static string? First(JsonElement stored, JsonElement computed, string path = "$") =>
        (stored.ValueKind, computed.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => stored.EnumerateObject()
                .Select(one => computed.TryGetProperty(one.Name, out var other)
                    ? First(one.Value, other, $"{path}.{one.Name}")
                    : one.Value.ValueKind == JsonValueKind.Null ? null : $"{path}.{one.Name} is not in the fold")
                .FirstOrDefault(difference => difference is not null),
            (JsonValueKind.Array, JsonValueKind.Array) when stored.GetArrayLength() == computed.GetArrayLength() =>
                stored.EnumerateArray().Zip(computed.EnumerateArray())
                    .Select((pair, index) => First(pair.First, pair.Second, $"{path}[{index}]"))
                    .FirstOrDefault(difference => difference is not null),
            (JsonValueKind.Number, JsonValueKind.Number) when Same(stored, computed) => null,
            _ when JsonElement.DeepEquals(stored, computed) => null,
            _ => $"{path} is {Short(stored)}, computed {Short(computed)}",
        };

    private static bool Same(JsonElement left, JsonElement right) =>
        left.TryGetDecimal(out var one) && right.TryGetDecimal(out var other) ? one == other : left.GetDouble().Equals(right.GetDouble());

    private static string Short(JsonElement element) =>
        element.GetRawText() is { Length: > Longest } text ? text[..Longest] + "…" : element.GetRawText();
}

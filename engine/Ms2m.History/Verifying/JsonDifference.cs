using System.Text.Json;

namespace Ms2m.History.Verifying;

/// <summary>Where two documents differ, in words.</summary>
internal static class JsonDifference
{
    private const int Longest = 60;

    // What a rollback of before this property was known has not stored, though it is not the default.
    internal const string KnownLater = "BeforeCommit";

    /// <summary>The first difference, or null.</summary>
    public static string? First(JsonElement stored, JsonElement computed, NotStored notStored, string path = "$") =>
        (stored.ValueKind, computed.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) => stored.EnumerateObject()
                .Select(one => computed.TryGetProperty(one.Name, out var other)
                    ? First(one.Value, other, notStored, $"{path}.{one.Name}")
                    : one.Value.ValueKind == JsonValueKind.Null ? null : $"{path}.{one.Name} is not in the fold")
                .Concat(computed.EnumerateObject()
                    .Where(one => !stored.TryGetProperty(one.Name, out _) && !(MayBeMissing(one, notStored)))
                    .Select(one => $"{path}.{one.Name} is not stored, computed {Short(one.Value)}"))
                .FirstOrDefault(difference => difference is not null),
            (JsonValueKind.Array, JsonValueKind.Array) when stored.GetArrayLength() == computed.GetArrayLength() =>
                stored.EnumerateArray().Zip(computed.EnumerateArray())
                    .Select((pair, index) => First(pair.First, pair.Second, notStored, $"{path}[{index}]"))
                    .FirstOrDefault(difference => difference is not null),
            (JsonValueKind.Number, JsonValueKind.Number) when Same(stored, computed) => null,
            _ when JsonElement.DeepEquals(stored, computed) => null,
            _ => $"{path} is {Short(stored)}, computed {Short(computed)}",
        };

    private static bool MayBeMissing(JsonProperty computed, NotStored notStored) => notStored switch
    {
        NotStored.IsADifference => false,
        NotStored.IsFine => true,
        _ => computed.Name == KnownLater || IsEmpty(computed),
    };

    private static bool IsEmpty(JsonProperty computed) => computed.Value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => computed.Value.GetDouble() == 0,
        JsonValueKind.Object => !computed.Value.EnumerateObject().Any(),
        JsonValueKind.Array => computed.Value.GetArrayLength() == 0,
        JsonValueKind.String => computed.Value.GetString() == nameof(Contracts.SilenceAction.RollBack),
        _ => false,
    };

    private static bool Same(JsonElement left, JsonElement right) =>
        left.TryGetDecimal(out var one) && right.TryGetDecimal(out var other) ? one == other : left.GetDouble().Equals(right.GetDouble());

    private static string Short(JsonElement element) =>
        element.GetRawText() is { Length: > Longest } text ? text[..Longest] + "…" : element.GetRawText();
}

/// <summary>What to think of something that was computed and is not stored.</summary>
internal enum NotStored
{
    IsADifference,

    /// <summary>An older version did not know it: no difference where it is empty, false or zero now.</summary>
    IsFineWhenEmpty,

    IsFine,
}

using System.Text.Json;

namespace Ms2m.EventLog;

/// <summary>JSON of events and documents: names as in C# (PascalCase), matched by case. Marten reads any other casing
/// as empty fields, without an error; so these options are nobody else's and follow no other setting.</summary>
public static class EventJson
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = null,

        // jsonb sorts properties; the one that names the case of a union need not come first then.
        AllowOutOfOrderMetadataProperties = true,
    };

    public static string Write(object value, Type type) => JsonSerializer.Serialize(value, type, _options);

    /// <exception cref="JsonException">The text is not of this type.</exception>
    public static object Read(string json, Type type) =>
        JsonSerializer.Deserialize(json, type, _options)
        ?? throw new JsonException($"The stored value of {type} is null.");
}

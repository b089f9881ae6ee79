using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>Reads and prints the engine's answers.</summary>
public static class ApiJson
{
    private static readonly JsonSerializerOptions Pretty = new(ContractJson.Options) { WriteIndented = true };

    public static JsonElement Parse(string text) =>
        text.Length == 0 ? JsonElement.Parse("{}") : JsonElement.Parse(text);

    public static T As<T>(this JsonElement element) =>
        element.Deserialize<T>(ContractJson.Options) ?? throw new JsonException($"no {typeof(T).Name} in {element}");

    /// <summary>One document, for people and programs.</summary>
    public static string Document<T>(T value) => JsonSerializer.Serialize(value, Pretty);

    /// <summary>One document in one line.</summary>
    public static string Line<T>(T value) => JsonSerializer.Serialize(value, ContractJson.Options);
}

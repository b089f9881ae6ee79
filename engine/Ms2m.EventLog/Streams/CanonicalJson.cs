using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ms2m.EventLog.Streams;

/// <summary>One form for all texts that mean the same JSON, so that what was written can be compared with what PostgreSQL's
/// jsonb gives back: it sorts properties, drops spaces and writes numbers in its own way.</summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(string json, string? withoutProperty = null)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, _options))
        {
            Write(writer, document.RootElement, withoutProperty);
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, string? without)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject()
                    .Where(one => without is null || one.Name != without)
                    .OrderBy(one => one.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, null);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item, null);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(element), skipInputValidation: true);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    // 1E-05 is 0.00001 to the store, and 1.50 stays 1.50 there.
    private static string Number(JsonElement element) =>
        element.TryGetDecimal(out var exact)
            ? (exact == 0 ? 0 : exact).ToString("G29", CultureInfo.InvariantCulture)
            : element.GetDouble().ToString("R", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ms2m.Engine.Delivery;

/// <summary>Headers and transport properties as JSON text that keeps order and types: a number that left as a 32-bit
/// integer comes back as one. Text and booleans are plain JSON; anything else is <c>{"Int32":"5"}</c>.</summary>
internal static class StoredValues
{
    public static string Write(IEnumerable<KeyValuePair<string, object>> values)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (key, value) in values)
            {
                WriteOne(json, key, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static Dictionary<string, object> Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        // The transport looks its own properties up in any case.
        var values = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in json.RootElement.EnumerateObject())
        {
            values[property.Name] = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => Typed(property.Value.EnumerateObject().Single()),
            };
        }

        return values;
    }

    private static void WriteOne(Utf8JsonWriter json, string key, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(key, text);
                break;
            case bool flag:
                json.WriteBoolean(key, flag);
                break;
            case Uri or Guid or TimeSpan:
                json.WriteString(key, value.ToString());
                break;
            case DateTimeOffset time:
                WriteTyped(json, key, TypeCode.DateTime, time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                WriteTyped(json, key, TypeCode.DateTime, time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
                break;
            case IConvertible number when Type.GetTypeCode(value.GetType()) is var code and not TypeCode.Object:
                WriteTyped(json, key, code, number.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                // Lists, tables and bytes, such as the broker's own x-death: the transport leaves them out too.
                break;
        }
    }

    private static void WriteTyped(Utf8JsonWriter json, string key, TypeCode code, string text)
    {
        json.WriteStartObject(key);
        json.WriteString(code.ToString(), text);
        json.WriteEndObject();
    }

    private static object Typed(JsonProperty typed)
    {
        var text = typed.Value.GetString()!;
        var code = Enum.Parse<TypeCode>(typed.Name);
        return code == TypeCode.DateTime
            ? DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)
            : Convert.ChangeType(text, code, CultureInfo.InvariantCulture)!;
    }
}

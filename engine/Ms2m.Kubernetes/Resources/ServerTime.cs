using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.Kubernetes.Resources;

/// <summary>Times as the server writes them, so that what was read goes back letter by letter: in UTC, ended by Z, with as
/// many digits of a second as it needs.</summary>
public sealed class ServerTime : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
}

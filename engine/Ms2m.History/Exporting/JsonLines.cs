using System.Text;
using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;

namespace Ms2m.History.Exporting;

/// <summary>An event in one line of JSON, with all of its columns; the way back is in here too, so that what was exported can be
/// loaded again.</summary>
public static class JsonLines
{
    public static string Write(StoredEvent one)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", one.SeqId);
            json.WriteString("id", one.EventId);
            json.WriteString("stream", one.StreamId);
            json.WriteNumber("version", one.Version);
            json.WriteString("type", one.Type);
            json.WriteString("at", EventFacts.Text(one.Timestamp));
            json.WriteString("dotnet", one.DotnetType);
            json.WriteString("correlation", one.CorrelationId);
            json.WriteString("causation", one.CausationId);
            json.WritePropertyName("headers");
            json.WriteRawValue(one.Headers ?? "null");
            json.WritePropertyName("data");
            json.WriteRawValue(one.Data);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <exception cref="JsonException">It is no such line.</exception>
    public static StoredEvent Read(string line)
    {
        try
        {
            var row = JsonElement.Parse(line);
            return new StoredEvent(
                row.GetProperty("seq").GetInt64(),
                row.GetProperty("id").GetGuid(),
                row.GetProperty("stream").GetGuid(),
                row.GetProperty("version").GetInt64(),
                row.GetProperty("data").GetRawText(),
                row.GetProperty("type").GetString() ?? throw new JsonException("an event without a type"),
                row.GetProperty("at").GetDateTimeOffset(),
                row.TryGetProperty("dotnet", out var dotnet) ? dotnet.GetString() : null,
                row.GetProperty("correlation").GetString(),
                row.GetProperty("causation").GetString(),
                row.GetProperty("headers") is { ValueKind: JsonValueKind.Object } headers ? headers.GetRawText() : null);
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException($"not an exported event: {wrong.Message}", wrong);
        }
    }
}

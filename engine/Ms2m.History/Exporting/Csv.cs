using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;

namespace Ms2m.History.Exporting;

/// <summary>Events as comma-separated values (RFC 4180, but lines end with a line feed). The columns are a promise: new ones are added
/// at the end, none is ever renamed or moved.</summary>
public static class Csv
{
    private static readonly SearchValues<char> _special = SearchValues.Create(",\"\r\n");

    private static readonly string[] _facts =
    [
        EventHeaders.Author, EventHeaders.Engine, EventHeaders.Version, EventHeaders.Clock, EventHeaders.MonotonicMs,
        EventHeaders.Asked, EventHeaders.Received, EventHeaders.Sent, EventHeaders.Arrived, EventHeaders.Digest,
    ];

    public static string Header { get; } =
        "sequence,event_id,migration_id,number,type,time,node,step,attempt,correlation_id,causation_id,"
        + "author,engine,engine_version,clock,monotonic_ms,asked,received,sent,arrived,digest,data";

    public static string Line(StoredEvent one)
    {
        var headers = one.Headers is null ? default : JsonElement.Parse(one.Headers);
        var data = JsonElement.Parse(one.Data);
        string?[] cells =
        [
            one.SeqId.ToString(CultureInfo.InvariantCulture),
            $"{one.EventId}",
            $"{one.StreamId}",
            one.Version.ToString(CultureInfo.InvariantCulture),
            one.Type,
            EventFacts.Text(one.Timestamp),
            // Old events say these only in their data.
            Text(headers, EventHeaders.Node) ?? Text(data, nameof(StepFailed.Node)),
            Text(headers, EventHeaders.Step) ?? Text(data, nameof(IStepMessage.Step)),
            Text(headers, EventHeaders.Attempt) ?? Text(data, nameof(IStepMessage.Attempt)),
            one.CorrelationId,
            one.CausationId,
            .. _facts.Select(name => Text(headers, name)),
            one.Data,
        ];
        return string.Join(',', cells.Select(Quoted));
    }

    private static string Quoted(string? cell) => cell is null ? ""
        : cell.AsSpan().ContainsAny(_special) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : cell;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.ToString()
            : null;
}

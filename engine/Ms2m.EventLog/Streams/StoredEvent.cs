using Npgsql;

namespace Ms2m.EventLog.Streams;

/// <summary>An event's row as it lies in the log, not read any further: also one that this version does not know, or that
/// somebody has damaged.</summary>
/// <param name="Data">JSON text.</param>
/// <param name="Headers">JSON text; absent in events from before there were headers.</param>
public sealed record StoredEvent(
    long SeqId,
    Guid EventId,
    Guid StreamId,
    long Version,
    string Data,
    string Type,
    DateTimeOffset Timestamp,
    string? DotnetType,
    string? CorrelationId,
    string? CausationId,
    string? Headers)
{
    internal const string Columns =
        "seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers";

    internal static StoredEvent Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetGuid(1),
        row.GetGuid(2),
        row.GetInt64(3),
        row.GetString(4),
        row.GetString(5),
        row.GetFieldValue<DateTimeOffset>(6),
        Text(row, 7),
        Text(row, 8),
        Text(row, 9),
        Text(row, 10));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

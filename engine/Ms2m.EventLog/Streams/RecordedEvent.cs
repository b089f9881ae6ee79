using Npgsql;

namespace Ms2m.EventLog.Streams;

/// <summary>An event as the log has it.</summary>
/// <param name="SeqId">Position in the whole log; ascending, with holes where a transaction was rolled back.</param>
/// <param name="Version">Position in its stream: 1, 2, 3, … without holes.</param>
/// <param name="Headers">Empty when none were given.</param>
public sealed record RecordedEvent(
    long SeqId,
    Guid EventId,
    Guid StreamId,
    long Version,
    object Data,
    string Alias,
    DateTimeOffset Timestamp,
    string? CorrelationId,
    string? CausationId,
    IReadOnlyDictionary<string, string> Headers)
{
    internal const string Columns =
        "seq_id, id, stream_id, version, data, type, timestamp, correlation_id, causation_id, headers";

    private static readonly Dictionary<string, string> _noHeaders = [];

    internal static RecordedEvent Read(NpgsqlDataReader row, EventTypes types)
    {
        var alias = row.GetString(5);
        return new RecordedEvent(
            row.GetInt64(0),
            row.GetGuid(1),
            row.GetGuid(2),
            row.GetInt64(3),
            EventJson.Read(row.GetString(4), types.TypeOf(alias)),
            alias,
            row.GetFieldValue<DateTimeOffset>(6),
            row.IsDBNull(7) ? null : row.GetString(7),
            row.IsDBNull(8) ? null : row.GetString(8),
            row.IsDBNull(9)
                ? _noHeaders
                : (Dictionary<string, string>)EventJson.Read(row.GetString(9), typeof(Dictionary<string, string>)));
    }
}

namespace Ms2m.EventLog.Streams;

/// <summary>An event as this version understands it.</summary>
/// <param name="SeqId">Position in the whole log; ascending, with holes where a transaction was rolled back.</param>
/// <param name="Version">Position in its stream: 1, 2, 3, … without holes.</param>
/// <param name="Data">Of the type registered for it, whichever schema version it was written in.</param>
/// <param name="Alias">Its name, without the schema version.</param>
/// <param name="SchemaVersion">In which it was written, from 1.</param>
/// <param name="Headers">Empty when none were given.</param>
public sealed record RecordedEvent(
    long SeqId,
    Guid EventId,
    Guid StreamId,
    long Version,
    object Data,
    string Alias,
    int SchemaVersion,
    DateTimeOffset Timestamp,
    string? CorrelationId,
    string? CausationId,
    IReadOnlyDictionary<string, string> Headers)
{
    private static readonly Dictionary<string, string> _noHeaders = [];

    /// <exception cref="UnknownEventException">A newer version wrote it.</exception>
    /// <exception cref="System.Text.Json.JsonException">The row is damaged.</exception>
    public static RecordedEvent Of(StoredEvent stored, EventTypes types)
    {
        var (data, alias, schema) = types.Read(stored.Type, stored.Data);
        return new RecordedEvent(
            stored.SeqId, stored.EventId, stored.StreamId, stored.Version, data, alias, schema, stored.Timestamp,
            stored.CorrelationId, stored.CausationId,
            stored.Headers is null
                ? _noHeaders
                : (Dictionary<string, string>)EventJson.Read(stored.Headers, typeof(Dictionary<string, string>)));
    }
}

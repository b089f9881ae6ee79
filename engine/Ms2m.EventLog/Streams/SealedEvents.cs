namespace Ms2m.EventLog.Streams;

/// <summary>Makes the rows of one append, each sealed with the digest of those before it.</summary>
public static class SealedEvents
{
    private static readonly Dictionary<string, string> _none = [];

    /// <param name="version">The stream's version before them.</param>
    /// <param name="digest">Digest of the event before them; absent for the first that is sealed.</param>
    /// <returns>The rows, without sequence numbers: these are drawn when the rows are stored, and are no part of a digest; the place
    /// in the stream is.</returns>
    public static IEnumerable<(StoredEvent Row, string Digest)> Of(
        EventTypes types, Guid streamId, long version, IReadOnlyList<EventToAppend> events, EventMetadata metadata, string? digest)
    {
        foreach (var one in events)
        {
            var type = one.Data.GetType();
            var headers = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (key, value) in (metadata.Headers ?? _none).Concat(one.Headers ?? _none))
            {
                headers[key] = value;
            }

            var row = new StoredEvent(
                0, one.EventId, streamId, ++version, EventJson.Write(one.Data, type), types.AliasOf(type), metadata.Timestamp,
                EventTypes.DotnetName(type), metadata.CorrelationId, metadata.CausationId, Json(headers));
            digest = EventSeal.Of(digest, row);
            headers[EventSeal.Header] = digest;
            yield return (row with { Headers = Json(headers) }, digest);
        }
    }

    private static string Json(Dictionary<string, string> headers) =>
        EventJson.Write(headers, typeof(Dictionary<string, string>));
}

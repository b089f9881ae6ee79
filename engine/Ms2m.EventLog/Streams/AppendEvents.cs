using Npgsql;
using NpgsqlTypes;

namespace Ms2m.EventLog.Streams;

/// <summary>Appends events to one stream, as the last act of the session's transaction. Sent with the commit; a wrong
/// version shows there, as <see cref="StreamConflictException"/>.</summary>
public sealed class AppendEvents(EventTypes types)
{
    // Every appender holds this lock in shared mode from before its first sequence number until it ends; see ReadAll.
    internal const long AppendLock = 0x4d53_324d_0002;

    // Marten 9 listens on this channel too.
    internal const string Channel = "mt_events_appended";

    private static readonly string _lock = $"select pg_advisory_xact_lock_shared({AppendLock})";

    private const string Notify = $"select pg_notify('{Channel}', '')";

    // The row of a new stream. Of two writers the second waits here for the first and then inserts nothing.
    private const string NewStream =
        "with head as (insert into mt_streams (id, type, version, timestamp, created) values ($1, $11, $2 + $3, $4, $4)"
        + " on conflict (id) do nothing returning 0::bigint as base)";

    // Primary key of mt_streams. Of two writers the second waits for the row and then finds another version in it.
    private const string NextVersion =
        "with head as (update mt_streams set version = $2 + $3, timestamp = $4, type = coalesce(type, $11)"
        + " where id = $1 and version = $2 and is_archived = false returning $2 as base)";

    // No head, no row, no sequence number.
    private const string Events =
        " insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type,"
        + " correlation_id, causation_id, headers, is_archived)"
        + " select nextval('mt_events_sequence'), e.id, $1, head.base + e.ord, e.data, e.type, $4, e.dotnet,"
        + " $5, $6, e.headers, false"
        + " from head, unnest($8::uuid[], $9::jsonb[], $10::varchar[], $12::varchar[], $7::jsonb[])"
        + " with ordinality as e(id, data, type, dotnet, headers, ord) order by e.ord";

    /// <param name="expectedVersion">The stream's version as last read; 0 starts a stream.</param>
    /// <param name="streamType">Name of what the stream is about, such as <c>migration</c>; for people and Marten.</param>
    /// <param name="previousDigest">What the last append to this stream returned; absent for a stream that has no digest
    /// yet.</param>
    /// <returns>The digest of the last event, to be kept beside the stream; see <see cref="EventSeal"/>.</returns>
    /// <exception cref="UnknownEventException">An event's type is not registered.</exception>
    public string? Defer(
        PgSession session,
        Guid streamId,
        long expectedVersion,
        IReadOnlyList<EventToAppend> events,
        EventMetadata metadata,
        string? streamType = null,
        string? previousDigest = null)
    {
        if (events.Count == 0)
        {
            return previousDigest;
        }

        var rows = SealedEvents.Of(types, streamId, expectedVersion, events, metadata, previousDigest).ToList();
        session.DeferLast(DeferredWrite.Of(_lock, []));
        session.DeferLast(DeferredWrite.Of(
            (expectedVersion == 0 ? NewStream : NextVersion) + Events,
            Parameters(streamId, expectedVersion, rows, metadata, streamType),
            touched =>
            {
                if (touched != (ulong)events.Count)
                {
                    throw new StreamConflictException(streamId, expectedVersion);
                }
            }));
        session.DeferLast(DeferredWrite.Of(Notify, []));
        return rows[^1].Digest;
    }

    private static NpgsqlParameter[] Parameters(
        Guid streamId, long expected, List<(StoredEvent Row, string Digest)> rows, EventMetadata metadata, string? streamType)
    {
        return
        [
            Parameter.Uuid(streamId),
            Parameter.Bigint(expected),
            Parameter.Bigint(rows.Count),
            Parameter.Time(metadata.Timestamp),
            Parameter.Text(metadata.CorrelationId),
            Parameter.Text(metadata.CausationId),
            Parameter.Array(Each(one => one.Headers!), NpgsqlDbType.Jsonb),
            Parameter.Array(Each(one => one.EventId), NpgsqlDbType.Uuid),
            Parameter.Array(Each(one => one.Data), NpgsqlDbType.Jsonb),
            Parameter.Array(Each(one => one.Type), NpgsqlDbType.Varchar),
            Parameter.Text(streamType),
            Parameter.Array(Each(one => one.DotnetType!), NpgsqlDbType.Varchar),
        ];

        T[] Each<T>(Func<StoredEvent, T> part) => [.. rows.Select(one => part(one.Row))];
    }
}

using Npgsql;
using NpgsqlTypes;

namespace Ms2m.EventLog.Streams;

/// <summary>Sets streams aside, or takes them back, as Marten does: the flag of the stream and of its events. Readers of the
/// log pass over what is archived, and nothing can be appended to it; nothing is deleted.</summary>
public static class ArchiveStreams
{
    private const string Streams = "update mt_streams set is_archived = $2 where id = any($1) and is_archived <> $2";

    private const string Events = "update mt_events set is_archived = $2 where stream_id = any($1) and is_archived <> $2";

    public static void DeferArchive(this PgSession session, Guid[] streams, bool archived)
    {
        session.Defer(DeferredWrite.Of(Streams, Parameters(streams, archived)));
        session.Defer(DeferredWrite.Of(Events, Parameters(streams, archived)));
    }

    private static NpgsqlParameter[] Parameters(Guid[] streams, bool archived) =>
        [Parameter.Array(streams, NpgsqlDbType.Uuid), new NpgsqlParameter<bool> { TypedValue = archived }];
}

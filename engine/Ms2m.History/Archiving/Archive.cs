using Ms2m.Contracts;
using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.History.ReadModels;
using Ms2m.Migrations.Views;
using Npgsql;
using NpgsqlTypes;

namespace Ms2m.History.Archiving;

/// <summary>Sets migrations aside that ended long ago, so that lists, figures and rebuilds have less to look at. Their events
/// stay where they are and can be taken back.</summary>
public sealed class Archive(NpgsqlDataSource store, EventTypes types)
{
    /// <summary>Younger ones stay: something may still be said to them, and an archived stream takes nothing.</summary>
    public static TimeSpan LeastAge { get; } = TimeSpan.FromHours(1);

    private const int BatchSize = 500;

    private const string Ended =
        "select id from ms2m_migrations where finished and finished_at < $1 order by finished_at limit $2";

    private const string Archived =
        "select id from mt_streams where type = 'migration' and is_archived and timestamp >= $1 and id > $3 order by id limit $2";

    private static readonly string _events = StoredEvents.Of("stream_id = any($1)", "stream_id, version");

    public async Task<long> CountAsync(DateTimeOffset before, CancellationToken token)
    {
        await using var command = store.CreateCommand("select count(*) from ms2m_migrations where finished and finished_at < $1");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        return (long)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>Sets aside what ended before a time.</summary>
    /// <returns>How many migrations.</returns>
    public async Task<long> SetAsideAsync(DateTimeOffset before, Action<long>? progress, CancellationToken token)
    {
        long done = 0;
        while (true)
        {
            await using var session = new PgSession(store);
            await session.BeginAsync(token);
            var ids = await IdsAsync(session, Ended, before, Guid.Empty, token);
            if (ids.Length == 0)
            {
                return done;
            }

            session.DeferArchive(ids, archived: true);
            session.Defer(DeferredWrite.Of("delete from ms2m_migrations where id = any($1)", [Ids(ids)]));
            await session.CommitAsync(token);
            done += ids.Length;
            progress?.Invoke(done);
        }
    }

    /// <summary>Takes back what last changed at a time or later.</summary>
    public async Task<long> TakeBackAsync(DateTimeOffset since, Action<long>? progress, CancellationToken token)
    {
        long done = 0;
        var last = Guid.Empty;
        while (true)
        {
            await using var session = new PgSession(store);
            await session.BeginAsync(token);
            var ids = await IdsAsync(session, Archived, since, last, token);
            if (ids.Length == 0)
            {
                return done;
            }

            session.DeferArchive(ids, archived: false);
            // The projector has passed these long ago.
            session.Defer(MigrationRows.Write(await RowsAsync(session, ids, token)));
            await session.CommitAsync(token);
            (done, last) = (done + ids.Length, ids[^1]);
            progress?.Invoke(done);
        }
    }

    private async Task<Dictionary<Guid, MigrationRow>> RowsAsync(PgSession session, Guid[] ids, CancellationToken token)
    {
        await using var command = session.Command(_events, Ids(ids));
        await using var rows = await command.ExecuteReaderAsync(token);
        var folds = ids.ToDictionary(id => id, id => (Fold: new MigrationFold(id), Row: default(MigrationRow)!));
        while (await rows.ReadAsync(token))
        {
            var one = RecordedEvent.Of(StoredEvents.Read(rows), types);
            var fold = folds[one.StreamId].Fold;
            fold.Add((IMigrationMessage)one.Data, one.Timestamp);
            folds[one.StreamId] = (fold, MigrationRow.Of(fold, one.SeqId, one.Timestamp));
        }

        return folds.ToDictionary(one => one.Key, one => one.Value.Row);
    }

    private static async Task<Guid[]> IdsAsync(
        PgSession session, string sql, DateTimeOffset time, Guid after, CancellationToken token)
    {
        await using var command = session.Command(
            sql, new NpgsqlParameter<DateTime> { TypedValue = time.UtcDateTime }, new NpgsqlParameter<int> { TypedValue = BatchSize });
        if (sql == Archived)
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        }

        await using var rows = await command.ExecuteReaderAsync(token);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(token))
        {
            ids.Add(rows.GetGuid(0));
        }

        return [.. ids];
    }

    private static NpgsqlParameter<Guid[]> Ids(Guid[] ids) =>
        new() { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };
}

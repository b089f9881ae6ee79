using System.Data;
using Ms2m.EventLog.Streams;
using Ms2m.History.ReadModels;
using Npgsql;
using NpgsqlTypes;

namespace Ms2m.History.Verifying;

/// <summary>Reads all that is stored of migrations, a page of them at a time, each page as one moment sees it.</summary>
public sealed class StoredStreams(NpgsqlDataSource store)
{
    // Some 25 events each: a page is a megabyte or two, however long the log is.
    private const int PageSize = 50;

    // Also one whose type somebody has altered: everything in this log is a migration.
    private const string Columns =
        "select id, coalesce(version, 0), coalesce(is_archived, false), coalesce(type, '') from mt_streams";

    // Marten, and every reader of the log, passes over an event whose flag is set or missing.
    private const string OtherFlag =
        "select e.stream_id, min(e.version) from mt_events e join mt_streams s on s.id = e.stream_id"
        + " where s.id = any($1) and e.is_archived is distinct from s.is_archived group by 1";

    private const string Rows = """
        select id, version, seq_id, view,
          (workload, source_node, target_node, strategy, phase, finished, requested_at, finished_at, total_ms, interruption_ms,
            waited_ms, frozen_ms, checkpoint_bytes, replayed, reason, failed_over, verified)
          is not distinct from
          (view->>'Workload', view->>'SourceNode', view->>'TargetNode', view->>'Strategy', view->>'Phase',
            (view->>'Finished')::boolean, (view->>'RequestedAt')::timestamptz, (view->>'FinishedAt')::timestamptz,
            (view->>'TotalMs')::double precision, (view->>'InterruptionMs')::double precision,
            (view->>'WaitedMs')::double precision, (view->>'FrozenMs')::double precision, (view->>'CheckpointBytes')::bigint,
            (view->>'ReplayedMessages')::bigint, view->'Reason'->>'Code', (view->>'FailedOver')::boolean,
            (view->>'Verified')::boolean)
        from ms2m_migrations where id = any($1)
        """;

    private const string Streams =
        $"{Columns} where id > $1 order by id limit $2";

    private const string One =
        $"{Columns} where id = $1";

    private const string Orphans =
        "select id from mt_doc_migrationsaga s where not exists (select from mt_streams m where m.id = s.id)"
        + " union select id from ms2m_migrations r where not exists (select from mt_streams m where m.id = r.id)";

    private static readonly string _events = StoredEvents.Of("stream_id = any($1)", "stream_id, version");

    public async Task<StreamUnderTest?> ReadAsync(Guid id, CancellationToken token)
    {
        var page = await PageAsync(One, [new NpgsqlParameter<Guid> { TypedValue = id }], token);
        return page.Count == 0 ? null : page[0];
    }

    /// <summary>The next migrations by id, none when there are no more.</summary>
    public Task<List<StreamUnderTest>> AfterAsync(Guid id, CancellationToken token) => PageAsync(
        Streams, [new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<int> { TypedValue = PageSize }], token);

    /// <summary>Migrations that have a state or a row, and no stream.</summary>
    public async Task<IReadOnlyList<Guid>> OrphansAsync(CancellationToken token)
    {
        await using var command = store.CreateCommand(Orphans);
        var ids = new List<Guid>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            ids.Add(rows.GetGuid(0));
        }

        return ids;
    }

    private async Task<List<StreamUnderTest>> PageAsync(string sql, NpgsqlParameter[] parameters, CancellationToken token)
    {
        await using var connection = await store.OpenConnectionAsync(token);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
        var streams = new List<(Guid Id, long Version, bool Archived, string Type)>();
        await EachAsync(sql, parameters, row => streams.Add((row.GetGuid(0), row.GetInt64(1), row.GetBoolean(2), row.GetString(3))));
        if (streams.Count == 0)
        {
            return [];
        }

        var ids = streams.Select(stream => stream.Id).ToArray();
        NpgsqlParameter Ids() => new NpgsqlParameter<Guid[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

        var events = ids.ToDictionary(id => id, _ => new List<StoredEvent>());
        await EachAsync(_events, [Ids()], row =>
        {
            var one = StoredEvents.Read(row);
            events[one.StreamId].Add(one);
        });
        var sagas = new Dictionary<Guid, string>();
        await EachAsync(
            "select id, data from mt_doc_migrationsaga where id = any($1)", [Ids()], row => sagas[row.GetGuid(0)] = row.GetString(1));
        var rows = new Dictionary<Guid, StoredRow>();
        await EachAsync(
            Rows, [Ids()],
            row => rows[row.GetGuid(0)] = new StoredRow(row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetBoolean(4)));
        var oddities = ids.ToDictionary(id => id, _ => new List<(string, string)>());
        await EachAsync(OtherFlag, [Ids()], row => oddities[row.GetGuid(0)].Add(
            ("sequence", $"Event {row.GetInt64(1)} is flagged as archived and its stream is not, or the other way round: readers pass over it.")));
        foreach (var stream in streams.Where(stream => stream.Type != "migration"))
        {
            oddities[stream.Id].Add(("sequence", $"Its stream's type is '{stream.Type}', not 'migration'."));
        }

        long mark = 0;
        await EachAsync(
            "select last_seq_id from mt_event_progression where name = $1",
            [new NpgsqlParameter<string> { TypedValue = MigrationRows.ProgressName }], row => mark = row.GetInt64(0));
        return
        [
            .. streams.Select(stream => new StreamUnderTest(
                stream.Id, stream.Version, events[stream.Id], sagas.GetValueOrDefault(stream.Id),
                rows.GetValueOrDefault(stream.Id), mark, stream.Archived)
            {
                Oddities = oddities[stream.Id],
            }),
        ];

        async Task EachAsync(string text, NpgsqlParameter[] values, Action<NpgsqlDataReader> each)
        {
            await using var command = new NpgsqlCommand(text, connection, moment);
            command.Parameters.AddRange(values);
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                each(reader);
            }
        }
    }
}

using Ms2m.EventLog;
using Ms2m.EventLog.Projections;
using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations.Views;
using Npgsql;
using NpgsqlTypes;

namespace Ms2m.History.ReadModels;

/// <summary>The projection behind every list and every figure: a row for each migration.</summary>
public sealed class MigrationRows(ReadStream streams) : IProjection
{
    /// <summary>With the version of what is computed: where that has changed, the rows are made anew from the first event, over
    /// those of before.</summary>
    public const string ProgressName = "ms2m:migrations:4";

    private const string Upsert = """
        insert into ms2m_migrations (id, version, seq_id, workload, source_node, target_node, strategy, phase, finished, requested_at,
          finished_at, total_ms, interruption_ms, waited_ms, frozen_ms, checkpoint_bytes, replayed, reason, failed_over, verified, view)
        select v.id, r.version, r.seq_id, v.view->>'Workload', v.view->>'SourceNode', v.view->>'TargetNode', v.view->>'Strategy',
          v.view->>'Phase', (v.view->>'Finished')::boolean, (v.view->>'RequestedAt')::timestamptz, (v.view->>'FinishedAt')::timestamptz,
          (v.view->>'TotalMs')::double precision, (v.view->>'InterruptionMs')::double precision, (v.view->>'WaitedMs')::double precision,
          (v.view->>'FrozenMs')::double precision, (v.view->>'CheckpointBytes')::bigint, (v.view->>'ReplayedMessages')::bigint,
          v.view->'Reason'->>'Code', (v.view->>'FailedOver')::boolean, (v.view->>'Verified')::boolean, v.view
        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::jsonb[]) as r(id, version, seq_id, view)
        cross join lateral (select r.id, r.view) as v
        on conflict (id) do update set version = excluded.version, seq_id = excluded.seq_id, workload = excluded.workload,
          source_node = excluded.source_node, target_node = excluded.target_node, strategy = excluded.strategy,
          phase = excluded.phase, finished = excluded.finished, requested_at = excluded.requested_at,
          finished_at = excluded.finished_at, total_ms = excluded.total_ms, interruption_ms = excluded.interruption_ms,
          waited_ms = excluded.waited_ms, frozen_ms = excluded.frozen_ms, checkpoint_bytes = excluded.checkpoint_bytes,
          replayed = excluded.replayed, reason = excluded.reason, failed_over = excluded.failed_over,
          verified = excluded.verified, view = excluded.view
        """;

    private readonly OpenFolds _folds = new(streams);

    public static TableScript Tables { get; } = new(Script());

    public string Name => ProgressName;

    public async Task ApplyAsync(
        PgSession session, long after, IReadOnlyList<RecordedEvent> events, CancellationToken token)
    {
        _folds.BeginAt(after);
        try
        {
            var touched = new Dictionary<Guid, (MigrationFold Fold, RecordedEvent Last)>();
            foreach (var recorded in events)
            {
                touched[recorded.StreamId] = (await _folds.AddAsync(recorded, token), recorded);
            }

            session.Defer(Write(touched.ToDictionary(
                one => one.Key, one => MigrationRow.Of(one.Value.Fold, one.Value.Last.SeqId, one.Value.Last.Timestamp))));
            _folds.EndAt(events[^1].SeqId);
        }
        catch
        {
            _folds.Forget();
            throw;
        }
    }

    public async Task ClearAsync(PgSession session, CancellationToken token)
    {
        _folds.Forget();
        await using var command = session.Command("delete from ms2m_migrations");
        await command.ExecuteNonQueryAsync(token);
    }

    internal static DeferredWrite Write(IReadOnlyDictionary<Guid, MigrationRow> rows) => DeferredWrite.Of(Upsert,
    [
        Array(rows.Keys.ToArray(), NpgsqlDbType.Uuid),
        Array(rows.Values.Select(row => row.Version).ToArray(), NpgsqlDbType.Bigint),
        Array(rows.Values.Select(row => row.SeqId).ToArray(), NpgsqlDbType.Bigint),
        Array(rows.Values.Select(row => row.Json).ToArray(), NpgsqlDbType.Jsonb),
    ]);

    private static NpgsqlParameter<T[]> Array<T>(T[] values, NpgsqlDbType type) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static string Script()
    {
        var assembly = typeof(MigrationRows).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream("Ms2m.History.ReadModels.MigrationRows.sql")!);
        return reader.ReadToEnd();
    }
}

using System.Runtime.CompilerServices;
using Ms2m.EventLog.Streams;
using Ms2m.History.Timelines;
using Npgsql;
using NpgsqlTypes;

namespace Ms2m.History.Exporting;

/// <summary>A part of the log: one migration, or all of a period. Read in pages, so that it may be of any length.</summary>
/// <param name="Migration">Only this one; null for all.</param>
/// <param name="Since">Single events: those of then or later. Whole migrations: those that began then or later.</param>
/// <param name="Until">Before then.</param>
public sealed record LogSlice(Guid? Migration = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null)
{
    private const int RowsAtOnce = 2_000;
    private const int StreamsAtOnce = 100;

    // Primary key of mt_events.
    private static readonly string _rows = StoredEvents.Of(
        "seq_id > $1 and $2::uuid is null" + Period("timestamp"), "seq_id limit $5");

    // Index pk_mt_events_stream_and_version.
    private static readonly string _rowsOfOne = StoredEvents.Of(
        "seq_id > $1 and stream_id = $2" + Period("timestamp"), "version limit $5");

    private static readonly string _streams =
        "select id, created from mt_streams where type = 'migration' and (created, id) > ($1, $2)"
        + Period("created") + " order by created, id limit $5";

    private static readonly string _events = StoredEvents.Of("stream_id = any($1)", "stream_id, version");

    /// <summary>Every row, as it lies there, in the order of the whole log.</summary>
    public async IAsyncEnumerable<StoredEvent> RowsAsync(NpgsqlDataSource store, [EnumeratorCancellation] CancellationToken token)
    {
        long after = 0;
        while (true)
        {
            var page = new List<StoredEvent>();
            await using (var command = store.CreateCommand(Migration is null ? _rows : _rowsOfOne))
            {
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
                command.Parameters.Add(new NpgsqlParameter { Value = (object?)Migration ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
                AddPeriod(command, RowsAtOnce);
                await using var rows = await command.ExecuteReaderAsync(token);
                while (await rows.ReadAsync(token))
                {
                    page.Add(StoredEvents.Read(rows));
                }
            }

            foreach (var one in page)
            {
                yield return one;
            }

            if (page.Count < RowsAtOnce)
            {
                yield break;
            }

            after = page[^1].SeqId;
        }
    }

    /// <summary>Every migration as a whole, in the order in which they began.</summary>
    public async IAsyncEnumerable<MigrationHistory> MigrationsAsync(
        NpgsqlDataSource store, EventTypes types, [EnumeratorCancellation] CancellationToken token)
    {
        if (Migration is { } only)
        {
            foreach (var history in await HistoriesAsync(store, types, [only], token))
            {
                yield return history;
            }

            yield break;
        }

        var (created, id) = (DateTime.MinValue, Guid.Empty);
        while (true)
        {
            var page = new List<Guid>();
            await using (var command = store.CreateCommand(_streams))
            {
                command.Parameters.Add(new NpgsqlParameter { Value = DateTime.SpecifyKind(created, DateTimeKind.Utc), NpgsqlDbType = NpgsqlDbType.TimestampTz });
                command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
                AddPeriod(command, StreamsAtOnce);
                await using var rows = await command.ExecuteReaderAsync(token);
                while (await rows.ReadAsync(token))
                {
                    (id, created) = (rows.GetGuid(0), rows.GetDateTime(1));
                    page.Add(id);
                }
            }

            foreach (var history in await HistoriesAsync(store, types, [.. page], token))
            {
                yield return history;
            }

            if (page.Count < StreamsAtOnce)
            {
                yield break;
            }
        }
    }

    private static async Task<IReadOnlyList<MigrationHistory>> HistoriesAsync(
        NpgsqlDataSource store, EventTypes types, Guid[] ids, CancellationToken token)
    {
        await using var command = store.CreateCommand(_events);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        var streams = ids.ToDictionary(id => id, _ => new List<RecordedEvent>());
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            var one = RecordedEvent.Of(StoredEvents.Read(rows), types);
            streams[one.StreamId].Add(one);
        }

        return [.. ids.Select(id => streams[id]).Where(events => events.Count > 0).Select(MigrationHistory.Of)];
    }

    private static string Period(string column) =>
        $" and ($3::timestamptz is null or {column} >= $3) and ($4::timestamptz is null or {column} < $4)";

    private void AddPeriod(NpgsqlCommand command, int limit)
    {
        foreach (var time in new[] { Since, Until })
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = (object?)time?.UtcDateTime ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            });
        }

        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
    }
}

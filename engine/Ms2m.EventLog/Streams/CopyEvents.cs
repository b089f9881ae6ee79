using Npgsql;
using NpgsqlTypes;

namespace Ms2m.EventLog.Streams;

/// <summary>Writes whole streams by PostgreSQL's COPY, for a log that is loaded rather than lived: an import, or a generator.
/// No version check: the streams must be new.</summary>
public static class CopyEvents
{
    /// <param name="rows">In the order in which they are to stand in the whole log.</param>
    public static async Task WriteAsync(
        NpgsqlDataSource store, string streamType, IReadOnlyList<StoredEvent> rows, CancellationToken token)
    {
        await using var connection = await store.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using (var streams = await connection.BeginBinaryImportAsync(
            "copy mt_streams (id, type, version, timestamp, created) from stdin (format binary)", token))
        {
            foreach (var stream in rows.GroupBy(row => row.StreamId))
            {
                await streams.StartRowAsync(token);
                await streams.WriteAsync(stream.Key, NpgsqlDbType.Uuid, token);
                await streams.WriteAsync(streamType, NpgsqlDbType.Varchar, token);
                await streams.WriteAsync(stream.Max(row => row.Version), NpgsqlDbType.Bigint, token);
                await streams.WriteAsync(stream.Max(row => row.Timestamp).UtcDateTime, NpgsqlDbType.TimestampTz, token);
                await streams.WriteAsync(stream.Min(row => row.Timestamp).UtcDateTime, NpgsqlDbType.TimestampTz, token);
            }

            await streams.CompleteAsync(token);
        }

        // Alone: an appender must not draw a number out of the middle of the block, and a reader must not pass it by.
        await using (var numbers = new NpgsqlCommand(
            $"select pg_advisory_xact_lock({AppendEvents.AppendLock});"
            + $" select setval('mt_events_sequence', nextval('mt_events_sequence') + {rows.Count - 1})", connection, transaction))
        {
            await using var answer = await numbers.ExecuteReaderAsync(token);
            await answer.NextResultAsync(token);
            await answer.ReadAsync(token);
            var last = answer.GetInt64(0);
            await answer.DisposeAsync();
            await CopyAsync(connection, rows, last - rows.Count, token);
        }

        await transaction.CommitAsync(token);
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection, IReadOnlyList<StoredEvent> rows, long before, CancellationToken token)
    {
        await using var events = await connection.BeginBinaryImportAsync(
            "copy mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers)"
            + " from stdin (format binary)", token);
        foreach (var row in rows)
        {
            await events.StartRowAsync(token);
            await events.WriteAsync(++before, NpgsqlDbType.Bigint, token);
            await events.WriteAsync(row.EventId, NpgsqlDbType.Uuid, token);
            await events.WriteAsync(row.StreamId, NpgsqlDbType.Uuid, token);
            await events.WriteAsync(row.Version, NpgsqlDbType.Bigint, token);
            await events.WriteAsync(row.Data, NpgsqlDbType.Jsonb, token);
            await events.WriteAsync(row.Type, NpgsqlDbType.Varchar, token);
            await events.WriteAsync(row.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz, token);
            await TextAsync(row.DotnetType, NpgsqlDbType.Varchar);
            await TextAsync(row.CorrelationId, NpgsqlDbType.Varchar);
            await TextAsync(row.CausationId, NpgsqlDbType.Varchar);
            await TextAsync(row.Headers, NpgsqlDbType.Jsonb);
        }

        await events.CompleteAsync(token);

        Task TextAsync(string? text, NpgsqlDbType type) =>
            text is null ? events.WriteNullAsync(token) : events.WriteAsync(text, type, token);
    }
}

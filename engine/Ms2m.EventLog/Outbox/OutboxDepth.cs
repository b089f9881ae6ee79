using Npgsql;

namespace Ms2m.EventLog.Outbox;

/// <summary>How much lies in the outbox.</summary>
public static class OutboxDepth
{
    // Index ms2m_outbox_stored_at.
    private const string Sql =
        "select count(*), coalesce(extract(epoch from clock_timestamp() - min(stored_at)), 0)::float8 from ms2m_outbox";

    /// <returns>How many messages, and the age of the oldest by the store's own clock.</returns>
    public static async Task<(long Messages, TimeSpan Oldest)> OutboxDepthAsync(this NpgsqlDataSource store, CancellationToken token)
    {
        await using var command = store.CreateCommand(Sql);
        await using var rows = await command.ExecuteReaderAsync(token);
        await rows.ReadAsync(token);
        return (rows.GetInt64(0), TimeSpan.FromSeconds(Math.Max(0, rows.GetDouble(1))));
    }
}

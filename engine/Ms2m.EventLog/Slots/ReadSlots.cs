using Npgsql;

namespace Ms2m.EventLog.Slots;

/// <summary>Who runs and who waits. The whole table: it holds as many rows as there are unfinished migrations.</summary>
public static class ReadSlots
{
    // Any number will do, as long as nothing else in this database locks on it.
    private const long Turns = 0x4d53_324d_0002;

    private const string Sql =
        "select migration_id, source_node, target_node, priority, requested_at, started_at from ms2m_slots";

    // Two statements in one round trip: the second one sees what was committed while the first one waited. The lock goes
    // with the transaction.
    private static readonly string Lock = $"select pg_advisory_xact_lock({Turns}); {Sql}";

    /// <summary>Until the session's transaction ends, nobody else decides on slots.</summary>
    public static async Task<IReadOnlyList<SlotRow>> LockSlotsAsync(this PgSession session, CancellationToken token)
    {
        await using var command = session.Command(Lock);
        await using var rows = await command.ExecuteReaderAsync(token);
        await rows.NextResultAsync(token);
        return await ReadAsync(rows, token);
    }

    /// <summary>What is committed, without a lock.</summary>
    public static async Task<IReadOnlyList<SlotRow>> SlotsAsync(this NpgsqlDataSource store, CancellationToken token)
    {
        await using var command = store.CreateCommand(Sql);
        await using var rows = await command.ExecuteReaderAsync(token);
        return await ReadAsync(rows, token);
    }

    private static async Task<IReadOnlyList<SlotRow>> ReadAsync(NpgsqlDataReader rows, CancellationToken token)
    {
        var slots = new List<SlotRow>();
        while (await rows.ReadAsync(token))
        {
            slots.Add(new SlotRow(
                rows.GetGuid(0),
                rows.GetString(1),
                rows.GetString(2),
                rows.GetInt32(3),
                rows.GetFieldValue<DateTimeOffset>(4),
                rows.IsDBNull(5) ? null : rows.GetFieldValue<DateTimeOffset>(5)));
        }

        return slots;
    }
}

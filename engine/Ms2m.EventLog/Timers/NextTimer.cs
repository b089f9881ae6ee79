using Npgsql;

namespace Ms2m.EventLog.Timers;

/// <summary>When the next timer is due.</summary>
public static class NextTimer
{
    // Index ms2m_timers_due_at, its first entry.
    private const string Sql = "select min(due_at) from ms2m_timers";

    /// <returns>Null when there is none.</returns>
    public static async Task<DateTimeOffset?> NextTimerAsync(this NpgsqlDataSource store, CancellationToken token)
    {
        await using var command = store.CreateCommand(Sql);
        return await command.ExecuteScalarAsync(token) is DateTime due ? new DateTimeOffset(due) : null;
    }
}

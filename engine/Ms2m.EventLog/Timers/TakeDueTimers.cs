using Ms2m.EventLog.Outbox;
using NpgsqlTypes;

namespace Ms2m.EventLog.Timers;

/// <summary>Takes timers that are due. They stay locked until the session's transaction ends; what another engine
/// holds is left to it.</summary>
public static class TakeDueTimers
{
    // Index ms2m_timers_due_at.
    private const string Sql =
        "select token, due_at, correlation_id, destination, content_type, headers, properties, body from ms2m_timers"
        + " where due_at <= $1 order by due_at limit $2 for update skip locked";

    private const string Delete = "delete from ms2m_timers where token = any($1)";

    public static async Task<IReadOnlyList<StoredTimer>> TakeDueTimersAsync(
        this PgSession session, DateTimeOffset now, int limit, CancellationToken token)
    {
        await using var command = session.Command(Sql, Parameter.Time(now), Parameter.Integer(limit));
        var timers = new List<StoredTimer>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            timers.Add(new StoredTimer(
                rows.GetGuid(0),
                rows.GetFieldValue<DateTimeOffset>(1),
                new StoredMessage(
                    rows.GetGuid(0),
                    rows.IsDBNull(2) ? null : rows.GetGuid(2),
                    rows.GetString(3),
                    rows.GetString(4),
                    rows.GetString(5),
                    rows.GetString(6),
                    rows.GetFieldValue<byte[]>(7))));
        }

        return timers;
    }

    /// <summary>With the session's commit.</summary>
    public static void DeferDeleteTimers(this PgSession session, Guid[] tokens) =>
        session.Defer(DeferredWrite.Of(Delete, [Parameter.Array(tokens, NpgsqlDbType.Uuid)]));
}

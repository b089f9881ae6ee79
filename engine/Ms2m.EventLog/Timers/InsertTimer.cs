namespace Ms2m.EventLog.Timers;

/// <summary>Stores a timer with the transaction that decided it.</summary>
public static class InsertTimer
{
    // Primary key. Scheduling under a token in use moves that timer.
    private const string Sql =
        "insert into ms2m_timers (token, due_at, correlation_id, destination, content_type, headers, properties, body)"
        + " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (token) do update set due_at = excluded.due_at,"
        + " correlation_id = excluded.correlation_id, destination = excluded.destination,"
        + " content_type = excluded.content_type, headers = excluded.headers, properties = excluded.properties,"
        + " body = excluded.body";

    public static void DeferTimer(this PgSession session, StoredTimer timer)
    {
        var message = timer.Message;
        session.Defer(DeferredWrite.Of(
            Sql,
            [
                Parameter.Uuid(timer.Token),
                Parameter.Time(timer.DueAt),
                Parameter.Uuid(message.CorrelationId),
                Parameter.Text(message.Destination),
                Parameter.Text(message.ContentType),
                Parameter.Json(message.Headers),
                Parameter.Json(message.Properties),
                Parameter.Bytes(message.Body),
            ]));
    }
}

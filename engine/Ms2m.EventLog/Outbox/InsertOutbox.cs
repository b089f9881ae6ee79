using Ms2m.EventLog.Inbox;

namespace Ms2m.EventLog.Outbox;

/// <summary>Stores outgoing messages with the transaction that decided them.</summary>
public static class InsertOutbox
{
    private const string Sql =
        "insert into ms2m_outbox (id, inbox_message_id, inbox_consumer_id, position, message_id, correlation_id,"
        + " destination, content_type, headers, properties, body, expires_at)"
        + " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

    /// <param name="key">The incoming message; a repeat of it finds what is left to send.</param>
    /// <param name="position">0, 1, … in the order they were sent.</param>
    public static void DeferOutbox(this PgSession session, InboxKey key, int position, OutboxMessage outgoing)
    {
        var message = outgoing.Message;
        session.Defer(DeferredWrite.Of(
            Sql,
            [
                Parameter.Uuid(outgoing.Id),
                Parameter.Uuid(key.MessageId),
                Parameter.Uuid(key.ConsumerId),
                Parameter.Integer(position),
                Parameter.Uuid(message.MessageId),
                Parameter.Uuid(message.CorrelationId),
                Parameter.Text(message.Destination),
                Parameter.Text(message.ContentType),
                Parameter.Json(message.Headers),
                Parameter.Json(message.Properties),
                Parameter.Bytes(message.Body),
                Parameter.Time(message.ExpiresAt),
            ]));
    }
}

using Ms2m.EventLog.Inbox;
using Npgsql;

namespace Ms2m.EventLog.Outbox;

/// <summary>Takes messages that are perhaps not with the broker yet. They stay locked until the session's transaction
/// ends, so that no two takers send the same ones; what another taker holds is left to it.</summary>
public static class TakeOutbox
{
    private const string Columns =
        "id, stored_at, message_id, correlation_id, destination, content_type, headers, properties, body, expires_at";

    // Index ms2m_outbox_inbox.
    private const string OfMessage =
        $"select {Columns} from ms2m_outbox where inbox_message_id = $1 and inbox_consumer_id = $2"
        + " order by position for update skip locked";

    // Index ms2m_outbox_stored_at.
    private const string OlderThan =
        $"select {Columns} from ms2m_outbox where stored_at < now() - $1"
        + " order by stored_at, position limit $2 for update skip locked";

    /// <summary>What is left of one incoming message.</summary>
    public static async Task<IReadOnlyList<OutboxMessage>> TakeOutboxOfAsync(
        this PgSession session, InboxKey key, CancellationToken token)
    {
        await using var command = session.Command(
            OfMessage, Parameter.Uuid(key.MessageId), Parameter.Uuid(key.ConsumerId));
        return await ReadAsync(command, token);
    }

    /// <summary>What a crash left behind: anything younger is still being sent by the engine that stored it.</summary>
    public static async Task<IReadOnlyList<OutboxMessage>> TakeOutboxOlderThanAsync(
        this PgSession session, TimeSpan age, int limit, CancellationToken token)
    {
        await using var command = session.Command(OlderThan, Parameter.Interval(age), Parameter.Integer(limit));
        return await ReadAsync(command, token);
    }

    private static async Task<IReadOnlyList<OutboxMessage>> ReadAsync(NpgsqlCommand command, CancellationToken token)
    {
        var messages = new List<OutboxMessage>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            messages.Add(new OutboxMessage(
                rows.GetGuid(0),
                new StoredMessage(
                    rows.GetGuid(2),
                    rows.IsDBNull(3) ? null : rows.GetGuid(3),
                    rows.GetString(4),
                    rows.GetString(5),
                    rows.GetString(6),
                    rows.GetString(7),
                    rows.GetFieldValue<byte[]>(8),
                    rows.IsDBNull(9) ? null : rows.GetFieldValue<DateTimeOffset>(9)),
                rows.GetFieldValue<DateTimeOffset>(1)));
        }

        return messages;
    }
}

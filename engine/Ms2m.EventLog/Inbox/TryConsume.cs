namespace Ms2m.EventLog.Inbox;

/// <summary>Which consumer handles which message; a consumer handles a message once.</summary>
/// <param name="MessageId">Stays the same when the broker or the sender repeats the message.</param>
/// <param name="ConsumerId">Two consumers of one message each handle it.</param>
public readonly record struct InboxKey(Guid MessageId, Guid ConsumerId);

/// <summary>Notes that a message is being handled. The note becomes visible with the commit of all that the handler
/// decided, so a row always means: handled.</summary>
public static class TryConsume
{
    // Primary key. A second delivery waits here for the first one's transaction: it inserts nothing when that one
    // commits, and takes its place when that one rolls back.
    private const string Sql =
        "insert into ms2m_inbox (message_id, consumer_id) values ($1, $2) on conflict do nothing";

    /// <returns>False: handled before, nothing may be decided again.</returns>
    public static async Task<bool> TryConsumeAsync(this PgSession session, InboxKey key, CancellationToken token)
    {
        await using var command = session.Command(Sql, Parameter.Uuid(key.MessageId), Parameter.Uuid(key.ConsumerId));
        return await command.ExecuteNonQueryAsync(token) == 1;
    }
}

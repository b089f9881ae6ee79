using Npgsql;

namespace Ms2m.EventLog.Inbox;

/// <summary>Forgets messages handled long ago. A message that the broker repeats after that is handled again, so the
/// retention must be longer than any redelivery.</summary>
public static class PurgeInbox
{
    // Index ms2m_inbox_consumed_at.
    private const string Sql = "delete from ms2m_inbox where consumed_at < now() - $1";

    public static async Task PurgeInboxAsync(this NpgsqlDataSource store, TimeSpan retention, CancellationToken token)
    {
        await using var command = store.CreateCommand(Sql);
        command.Parameters.Add(Parameter.Interval(retention));
        await command.ExecuteNonQueryAsync(token);
    }
}

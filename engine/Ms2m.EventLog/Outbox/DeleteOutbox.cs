using Npgsql;
using NpgsqlTypes;

namespace Ms2m.EventLog.Outbox;

/// <summary>Forgets messages that the broker has confirmed.</summary>
public static class DeleteOutbox
{
    // Primary key.
    private const string Sql = "delete from ms2m_outbox where id = any($1)";

    /// <summary>With the session's commit.</summary>
    public static void DeferDeleteOutbox(this PgSession session, Guid[] ids) =>
        session.Defer(DeferredWrite.Of(Sql, [Parameter.Array(ids, NpgsqlDbType.Uuid)]));

    /// <summary>On its own, without waiting for the disk. If the server dies before it has written this, the messages
    /// are sent once more under the same ids, which is what happens to any message sent but not yet forgotten.</summary>
    public static async Task ForgetDeliveredAsync(this NpgsqlDataSource store, Guid[] ids, CancellationToken token)
    {
        await using var connection = await store.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local synchronous_commit = off"));
        batch.BatchCommands.Add(DeferredWrite.Of(Sql, [Parameter.Array(ids, NpgsqlDbType.Uuid)]).Command);
        await batch.ExecuteNonQueryAsync(token);
        await transaction.CommitAsync(token);
    }
}

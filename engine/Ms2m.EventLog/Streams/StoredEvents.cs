using Npgsql;

namespace Ms2m.EventLog.Streams;

/// <summary>For whoever reads rows of the log in a way of its own.</summary>
public static class StoredEvents
{
    /// <summary>A query over the log; archived events are in it.</summary>
    /// <param name="where">Condition over the columns of mt_events.</param>
    /// <param name="order">Columns to order by.</param>
    public static string Of(string where, string order) =>
        $"select {StoredEvent.Columns} from mt_events where {where} order by {order}";

    /// <summary>The row at which the reader stands.</summary>
    public static StoredEvent Read(NpgsqlDataReader row) => StoredEvent.Read(row);
}

using Npgsql;

namespace Ms2m.EventLog;

/// <summary>A statement that waits for the end of the transaction, to travel with all others in one round trip.</summary>
/// <param name="Command">With positional parameters ($1, $2, …), which the driver sends as they are.</param>
/// <param name="Check">Given the number of rows touched; throws when that number means a conflict.</param>
public sealed record DeferredWrite(NpgsqlBatchCommand Command, Action<ulong>? Check = null)
{
    public static DeferredWrite Of(string sql, IEnumerable<NpgsqlParameter> parameters, Action<ulong>? check = null)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return new DeferredWrite(command, check);
    }
}

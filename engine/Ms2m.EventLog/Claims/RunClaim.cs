using Npgsql;
using NpgsqlTypes;

namespace Ms2m.EventLog.Claims;

/// <summary>Holds a workload's name while an instance of it is being started, so that no second one is.</summary>
/// <param name="RequestId">Of the start.</param>
/// <param name="Deadline">After it the order to start is not carried out any more.</param>
public sealed record RunClaim(string Workload, Guid RequestId, string InstanceId, string Node, DateTimeOffset Deadline)
{
    // Primary key. As for a migration's claim: the update changes nothing and locks the holder's row.
    private const string Take =
        "insert into ms2m_claims as claim (workload, migration_id, instance_id, node, deadline)"
        + " values ($1, $2, $3, $4, $5) on conflict (workload) do update set workload = claim.workload"
        + " returning migration_id, instance_id, node, deadline";

    private const string Holder =
        "select migration_id, instance_id, node, deadline from ms2m_claims where workload = $1 and instance_id is not null";

    private const string LetGo = "delete from ms2m_claims where migration_id = $1 and instance_id is not null";

    // A start has no stream.
    private const string HandedOver = "select exists (select from mt_streams where id = $1)";

    // The table is small: one row for each workload that is being moved or started. What a migration has left may go by any
    // node's word, since its own may never report again; an order to start may still be carried out there.
    private const string Settle =
        "delete from ms2m_claims where instance_id = any($1)"
        + " or (deadline < $3 and (node = $2 or exists (select from mt_streams where id = migration_id)))";

    /// <summary>At once, so that the caller can decide on the answer. Kept only if the session commits.</summary>
    /// <returns>Null when the claim succeeded; else who holds the workload, a start or a migration.</returns>
    public async Task<ClaimedBy?> TryAsync(PgSession session, CancellationToken token)
    {
        await using var command = session.Command(
            Take, Parameter.Text(Workload), Parameter.Uuid(RequestId), Parameter.Text(InstanceId), Parameter.Text(Node),
            Parameter.Time(Deadline));
        await using var rows = await command.ExecuteReaderAsync(token);
        await rows.ReadAsync(token);
        return rows.GetGuid(0) == RequestId ? null : new ClaimedBy(rows.GetGuid(0), rows.IsDBNull(2) ? null : rows.GetString(2));
    }

    /// <summary>The start that holds a workload, as far as is committed.</summary>
    public static async Task<RunClaim?> FindAsync(NpgsqlDataSource store, string workload, CancellationToken token)
    {
        await using var command = store.CreateCommand(Holder);
        command.Parameters.Add(Parameter.Text(workload));
        await using var rows = await command.ExecuteReaderAsync(token);
        return await rows.ReadAsync(token)
            ? new RunClaim(
                workload, rows.GetGuid(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3))
            : null;
    }

    /// <summary>Whether the instance is what a migration has left, and so runs already: its name is free when a report shows it,
    /// or no report has by the deadline.</summary>
    public async Task<bool> RunsAsync(NpgsqlDataSource store, CancellationToken token)
    {
        await using var command = store.CreateCommand(HandedOver);
        command.Parameters.Add(Parameter.Uuid(RequestId));
        return (bool)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>At once: for a start that was refused or taken back, or whose order never left. Letting go of what is not
    /// held does nothing.</summary>
    /// <returns>Whether it was held.</returns>
    public static async Task<bool> ReleaseAsync(NpgsqlDataSource store, Guid requestId, CancellationToken token)
    {
        await using var command = store.CreateCommand(LetGo);
        command.Parameters.Add(Parameter.Uuid(requestId));
        return await command.ExecuteNonQueryAsync(token) > 0;
    }

    /// <summary>With the session's commit, which also makes the node's report visible: lets go of the instances that it
    /// names, whose presence holds the name from here on, and of what the node did not start in time.</summary>
    public static void DeferSettle(PgSession session, string node, string[] instances, DateTimeOffset now) =>
        session.Defer(DeferredWrite.Of(
            Settle, [Parameter.Array(instances, NpgsqlDbType.Varchar), Parameter.Text(node), Parameter.Time(now)]));
}

/// <summary>Who holds a workload.</summary>
/// <param name="Id">Of the migration, or of the request to start it.</param>
/// <param name="StartsOn">The node where it is being started; absent for a migration.</param>
public sealed record ClaimedBy(Guid Id, string? StartsOn);

using Npgsql;

namespace Ms2m.EventLog.Claims;

/// <summary>One migration at a time holds a workload.</summary>
public static class Claim
{
    // Primary key. The update changes nothing; without it a conflict would return no row, and the holder's row would
    // not be locked: the holder could let go between this statement and the decision built on it.
    private const string Take =
        "insert into ms2m_claims as claim (workload, migration_id) values ($1, $2)"
        + " on conflict (workload) do update set workload = claim.workload returning migration_id";

    private const string LetGo = "delete from ms2m_claims where workload = $1 and migration_id = $2";

    // From here on the row is a start's; a report that names the instance lets go of it. See RunClaim.
    private const string HandOver =
        "update ms2m_claims set instance_id = $3, node = $4, deadline = $5 where workload = $1 and migration_id = $2";

    private const string Holder = "select migration_id from ms2m_claims where workload = $1 and instance_id is null";

    /// <summary>At once, so that the caller can decide on the answer. Kept only if the session commits.</summary>
    /// <returns>Who holds the workload now: <paramref name="migrationId"/> when the claim succeeded.</returns>
    public static async Task<Guid> TryClaimAsync(
        this PgSession session, string workload, Guid migrationId, CancellationToken token)
    {
        await using var command = session.Command(Take, Parameter.Text(workload), Parameter.Uuid(migrationId));
        return (Guid)(await command.ExecuteScalarAsync(token))!;
    }

    /// <summary>With the session's commit. Letting go of what another migration holds does nothing.</summary>
    public static void DeferRelease(this PgSession session, string workload, Guid migrationId) =>
        session.Defer(DeferredWrite.Of(LetGo, [Parameter.Text(workload), Parameter.Uuid(migrationId)]));

    /// <summary>With the session's commit: the migration is over, and its workload is an instance that its node's report
    /// does not name yet. Until it does, or until the deadline, the name is held as for a start.</summary>
    public static void DeferHandOver(
        this PgSession session, string workload, Guid migrationId, string instanceId, string node, DateTimeOffset deadline) =>
        session.Defer(DeferredWrite.Of(HandOver,
        [
            Parameter.Text(workload), Parameter.Uuid(migrationId), Parameter.Text(instanceId), Parameter.Text(node), Parameter.Time(deadline),
        ]));

    /// <summary>The migration that holds the workload, as far as is committed.</summary>
    /// <returns>Null when none does.</returns>
    public static async Task<Guid?> ClaimHolderAsync(
        this NpgsqlDataSource store, string workload, CancellationToken token)
    {
        await using var command = store.CreateCommand(Holder);
        command.Parameters.Add(Parameter.Text(workload));
        return (Guid?)await command.ExecuteScalarAsync(token);
    }
}

namespace Ms2m.Migrations;

/// <summary>What the log says of a migration, as far as a collector must know it.</summary>
/// <param name="Outcome">Null while it is under way.</param>
/// <param name="EndedAt">When it ended; the present while it is under way.</param>
/// <param name="Committed">Whether it passed the commit point: then the shadow, else the source is the truth.</param>
/// <param name="SourceInstance">Absent when it was refused before anything was known.</param>
/// <param name="ShadowInstance">Absent then.</param>
/// <param name="Kept">Whether what it left may be, or be needed for, the last copy of the state.</param>
public sealed record Past(
    Guid MigrationId, Phase? Outcome, DateTimeOffset EndedAt, bool Committed, string? SourceInstance, string? ShadowInstance,
    bool Kept = false)
{
    /// <summary>The instance that the migration left nobody a reason to keep; absent where that is not certain.</summary>
    public string? DeadInstance => Outcome switch
    {
        _ when Kept => null,
        Phase.Completed => SourceInstance,
        Phase.RolledBack or Phase.Cancelled or Phase.Rejected => ShadowInstance,
        // After the commit either of the two may be the last copy of the state.
        Phase.Failed when !Committed => ShadowInstance,
        _ => null,
    };

    /// <summary>From a migration's state and the time of its newest event.</summary>
    public static Past Of(Guid id, MigrationState state, bool committed, DateTimeOffset newest) => state switch
    {
        MigrationState.Ended ended => new Past(
            id, ended.Outcome, newest, committed, ended.Facts?.Request.SourceInstance,
            ended.Facts?.ShadowInstance, ended.Kept),
        _ => new Past(id, null, newest, committed, null, null),
    };
}

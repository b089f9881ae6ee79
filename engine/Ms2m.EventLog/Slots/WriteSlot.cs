namespace Ms2m.EventLog.Slots;

/// <summary>Takes, keeps and frees slots, with the session's commit. Only under <see cref="ReadSlots.LockSlotsAsync"/>.</summary>
public static class WriteSlot
{
    // Primary key. A migration that waited has a row already; when it was requested stays as it was.
    private const string Put =
        "insert into ms2m_slots (migration_id, source_node, target_node, priority, requested_at, started_at)"
        + " values ($1, $2, $3, $4, $5, $6) on conflict (migration_id) do update set"
        + " source_node = excluded.source_node, started_at = excluded.started_at";

    private const string Free = "delete from ms2m_slots where migration_id = $1";

    public static void DeferSlot(this PgSession session, SlotRow slot) => session.Defer(DeferredWrite.Of(
        Put,
        [
            Parameter.Uuid(slot.MigrationId),
            Parameter.Text(slot.SourceNode),
            Parameter.Text(slot.TargetNode),
            Parameter.Integer(slot.Priority),
            Parameter.Time(slot.RequestedAt),
            Parameter.Time(slot.StartedAt),
        ]));

    /// <summary>A slot that is free already is no conflict.</summary>
    public static void DeferFreeSlot(this PgSession session, Guid migrationId) =>
        session.Defer(DeferredWrite.Of(Free, [Parameter.Uuid(migrationId)]));
}

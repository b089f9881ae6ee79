using Ms2m.Engine.Hosting;
using Ms2m.EventLog;
using Ms2m.EventLog.Slots;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Turns;

/// <summary>Who runs and who waits, as the core sees it.</summary>
public sealed class LineReader(EngineOptions options, NpgsqlDataSource store)
{
    /// <summary>Nobody else takes or frees a slot until the session's transaction ends.</summary>
    public async Task<Line> LockAsync(PgSession session, CancellationToken token) => Of(await session.LockSlotsAsync(token));

    /// <summary>For a look only.</summary>
    public async Task<Line> LookAsync(CancellationToken token) => Of(await store.SlotsAsync(token));

    private Line Of(IReadOnlyList<SlotRow> slots) => new(
        [.. slots.Where(slot => slot.StartedAt is not null).Select(PlaceOf)],
        [.. slots.Where(slot => slot.StartedAt is null).Select(PlaceOf)],
        options.Limits);

    private static Place PlaceOf(SlotRow slot) => new(
        slot.MigrationId, slot.SourceNode, slot.TargetNode, slot.Priority, slot.RequestedAt);
}

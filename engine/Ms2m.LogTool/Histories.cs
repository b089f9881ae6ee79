using Ms2m.History.Timelines;

namespace Ms2m.LogTool;

/// <summary>Migrations as the store has them.</summary>
internal static class Histories
{
    /// <summary>The migration that an argument names.</summary>
    public static async Task<MigrationHistory> FindAsync(LogCall call, string idOrBeginning)
    {
        var id = await MigrationIds.Find(call, idOrBeginning);
        return await ReadAsync(call, id)
            ?? throw new LogRefusedException(LogFailures.NoSuchMigration(idOrBeginning), ExitCodes.Failed);
    }

    /// <returns>Null where there is no such stream.</returns>
    public static async Task<MigrationHistory?> ReadAsync(LogCall call, Guid id) =>
        await call.Store.Streams.ReadAsync(id, 1, call.Cancel) is { Count: > 0 } events ? MigrationHistory.Of(events) : null;
}

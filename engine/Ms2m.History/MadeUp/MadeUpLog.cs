using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;
using Npgsql;
using NpgsqlTypes;

namespace Ms2m.History.MadeUp;

/// <summary>Fills a store with made-up migrations, with their states and in the order in which they would have been written.</summary>
public sealed class MadeUpLog(NpgsqlDataSource store, EventTypes types)
{
    private const int PageSize = 1_000;

    // Of a hundred: about what a year of a busy cluster looks like.
    private static readonly (MadeUpFate Fate, int Percent)[] _fates =
    [
        (MadeUpFate.Completes, 85), (MadeUpFate.IsCancelled, 5), (MadeUpFate.CannotBeRestored, 4),
        (MadeUpFate.NeedsASecondAttempt, 3), (MadeUpFate.IsRejected, 3),
    ];

    /// <param name="begin">When the first of them was requested.</param>
    /// <param name="apart">The time between two requests.</param>
    /// <returns>How many events were written.</returns>
    public async Task<long> FillAsync(
        int migrations, DateTimeOffset begin, TimeSpan apart, Action<long>? progress, CancellationToken token)
    {
        long written = 0;
        for (var first = 0; first < migrations; first += PageSize)
        {
            var page = Enumerable.Range(first, Math.Min(PageSize, migrations - first))
                .AsParallel().AsOrdered()
                .Select(seed => Rows(MadeUpMigration.Run(seed, begin + (apart * seed), FateOf(seed))))
                .ToList();
            StoredEvent[] rows = [.. page.SelectMany(one => one.Rows).OrderBy(row => row.Timestamp).ThenBy(row => row.Version)];
            await CopyEvents.WriteAsync(store, "migration", rows, token);
            await WriteSagasAsync(page, token);
            written += rows.Length;
            progress?.Invoke(written);
        }

        return written;
    }

    /// <summary>The rows of one migration and the state kept beside them.</summary>
    public (Guid Id, IReadOnlyList<StoredEvent> Rows, string Saga) Rows(MadeUpMigration migration)
    {
        var rows = new List<StoredEvent>();
        string? digest = null;
        foreach (var append in migration.Appends)
        {
            foreach (var (row, seal) in SealedEvents.Of(types, migration.Id, rows.Count, append.Events, append.Metadata, digest))
            {
                rows.Add(row);
                digest = seal;
            }
        }

        var saga = EventJson.Write(
            new MadeUpSaga(migration.Id, MigrationTimeline.PhaseOf(migration.State).ToString(), rows.Count, digest, migration.State),
            typeof(MadeUpSaga));
        return (migration.Id, rows, saga);
    }

    private static MadeUpFate FateOf(int seed)
    {
        var dice = new Random(seed ^ 0x5eed).Next(100);
        return _fates.First(one => (dice -= one.Percent) < 0).Fate;
    }

    private async Task WriteSagasAsync(
        IEnumerable<(Guid Id, IReadOnlyList<StoredEvent> Rows, string Saga)> page, CancellationToken token)
    {
        await using var connection = await store.OpenConnectionAsync(token);
        await using var sagas = await connection.BeginBinaryImportAsync(
            "copy mt_doc_migrationsaga (id, data) from stdin (format binary)", token);
        foreach (var (id, _, saga) in page)
        {
            await sagas.StartRowAsync(token);
            await sagas.WriteAsync(id, NpgsqlDbType.Uuid, token);
            await sagas.WriteAsync(saga, NpgsqlDbType.Jsonb, token);
        }

        await sagas.CompleteAsync(token);
    }

    // As the engine keeps it.
    private sealed record MadeUpSaga(
        Guid CorrelationId, string CurrentState, long StreamVersion, string? StreamDigest, MigrationState State);
}

using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.History.MadeUp;
using Ms2m.History.ReadModels;
using Ms2m.History.Tests.Lab;

namespace Ms2m.History.Tests.ReadModels;

public sealed class ProjectionTests : IAsyncLifetime
{
    private readonly LogDatabase _log = new();

    public Task InitializeAsync() => _log.InitializeAsync();

    public Task DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task whatever_the_batches_the_rows_are_the_same()
    {
        await _log.FillAsync(40);
        await _log.ProjectAsync(batch: 7);
        var small = await _log.RowsAsync();

        var events = await _log.Projector.RebuildAsync(new MigrationRows(_log.Streams), 5_000, null, default);

        Assert.Equal(await _log.ScalarAsync<long>("select count(*) from mt_events"), events);
        Assert.Equal(40, small.Count);
        Assert.Equal(small, await _log.RowsAsync());
    }

    [Fact]
    public async Task several_engines_at_once_project_every_event_once()
    {
        var filling = Task.Run(async () =>
        {
            for (var page = 0; page < 6; page++)
            {
                await FillPageAsync(page);
            }
        });
        var engines = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            // Each with its own memory of what it has folded, as in processes of their own.
            var (projector, rows, applied) = (_log.Projector, new MigrationRows(_log.Streams), 0L);
            while (!filling.IsCompleted || (await projector.LookAsync(MigrationRows.ProgressName, default)) is var (mark, newest) && mark < newest)
            {
                applied += await projector.NextAsync(rows, 13, default) is { Applied: var count } ? count : 0;
                await Task.Yield();
            }

            return applied;
        })).ToList();

        var shares = await Task.WhenAll(engines);

        Assert.Equal(await _log.ScalarAsync<long>("select count(*) from mt_events"), shares.Sum());
        Assert.True(shares.Count(share => share > 0) > 1, $"Only one had a share: {string.Join(", ", shares)}");
        var together = await _log.RowsAsync();
        await _log.Projector.RebuildAsync(new MigrationRows(_log.Streams), 1_000, null, default);
        Assert.Equal(together, await _log.RowsAsync());
        Assert.Empty((await _log.VerifyAllAsync()).Findings);
    }

    [Fact]
    public async Task a_number_that_becomes_visible_late_is_waited_for()
    {
        await using var slow = new PgSession(_log.Store);
        await slow.BeginAsync(default);
        Append(slow, MadeUpMigration.Run(1, LogDatabase.Begin, MadeUpFate.IsRejected));
        // Its number is drawn, and nobody can see it yet.
        await slow.FlushAsync(default);
        await using var quick = new PgSession(_log.Store);
        await quick.BeginAsync(default);
        Append(quick, MadeUpMigration.Run(2, LogDatabase.Begin, MadeUpFate.IsRejected));
        await quick.CommitAsync(default);

        var projecting = Task.Run(() => _log.Projector.NextAsync(new MigrationRows(_log.Streams), 10, default));
        await Task.WhenAny(projecting, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.False(projecting.IsCompleted, "It went on past a number that was still to come.");
        await slow.CommitAsync(default);

        Assert.Equal(2, (await projecting)!.Value.Applied);
        Assert.Equal(2, (await _log.RowsAsync()).Count);
    }

    [Fact]
    public async Task rows_that_an_earlier_version_computed_otherwise_are_made_anew()
    {
        await _log.FillAsync(10);
        await _log.ProjectAsync();
        var right = await _log.RowsAsync();
        // As an earlier version has left it: other rows, and progress under another name.
        await _log.ExecuteAsync(
            "update ms2m_migrations set view = view - 'Steps', total_ms = 0;"
            + " update mt_event_progression set name = 'ms2m:migrations:1'");
        Assert.Empty((await _log.VerifyAllAsync()).Findings);

        await _log.ProjectAsync();

        Assert.Equal(right, await _log.RowsAsync());
        Assert.Empty((await _log.VerifyAllAsync()).Findings);
    }

    [Fact]
    public async Task who_reads_meanwhile_sees_the_old_rows_until_the_new_ones_are_whole()
    {
        await _log.FillAsync(20);
        await _log.ProjectAsync();
        var seen = new List<long>();

        await _log.Projector.RebuildAsync(
            new MigrationRows(_log.Streams), 50,
            (_, _) => seen.Add(_log.ScalarAsync<long>("select count(*) from ms2m_migrations").GetAwaiter().GetResult()), default);

        Assert.True(seen.Count > 5);
        Assert.All(seen, count => Assert.Equal(20, count));
    }

    [Fact]
    public async Task an_event_of_a_newer_version_stops_it_there_and_nothing_is_skipped()
    {
        await _log.FillAsync(3);
        await _log.ExecuteAsync("update mt_events set type = 'of_tomorrow' where seq_id = 20");
        var rows = new MigrationRows(_log.Streams);
        await _log.Projector.NextAsync(rows, 19, default);

        await Assert.ThrowsAsync<UnknownEventException>(() => _log.Projector.NextAsync(rows, 19, default));
        Assert.Equal(19, (await _log.Projector.LookAsync(MigrationRows.ProgressName, default)).Mark);

        await _log.ExecuteAsync(
            "update mt_events e set type = regexp_replace(lower(regexp_replace(split_part(split_part(e.mt_dotnet_type, ',', 1), '.', 3), '(?<!^)([A-Z])', '_\\1', 'g')), '^checkpoint_taken$', 'checkpoint_taken_v2') where seq_id = 20");
        await _log.ProjectAsync();
        Assert.Empty((await _log.VerifyAllAsync()).Findings);
    }

    private void Append(PgSession session, MadeUpMigration migration)
    {
        var only = migration.Appends.Single();
        new AppendEvents(_log.Types).Defer(session, migration.Id, 0, only.Events, only.Metadata, "migration");
    }

    private Task<long> FillPageAsync(int page) => new MadeUpLog(_log.Store, _log.Types).FillAsync(
        5, LogDatabase.Begin + TimeSpan.FromHours(page), TimeSpan.FromMilliseconds(300), null, default);
}

using Ms2m.History.Archiving;
using Ms2m.History.ReadModels;
using Ms2m.History.Tests.Lab;

namespace Ms2m.History.Tests.Archiving;

public sealed class ArchiveTests : IAsyncLifetime
{
    private readonly LogDatabase _log = new();

    public async Task InitializeAsync()
    {
        await _log.InitializeAsync();
        await _log.FillAsync(40);
        await _log.ProjectAsync();
    }

    public Task DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task what_is_set_aside_is_passed_over_and_comes_back_as_it_was()
    {
        var before = await _log.RowsAsync();
        var archive = new Archive(_log.Store, _log.Types);
        var middle = LogDatabase.Begin + TimeSpan.FromSeconds(8);
        var expected = await archive.CountAsync(middle, default);

        var archived = await archive.SetAsideAsync(middle, null, default);

        Assert.InRange(archived, 5, 35);
        Assert.Equal(expected, archived);
        Assert.Equal(40 - archived, (await _log.RowsAsync()).Count);
        await _log.Projector.RebuildAsync(new MigrationRows(_log.Streams), 1_000, null, default);
        Assert.Equal(40 - archived, (await _log.RowsAsync()).Count);
        var (mark, newest) = await _log.Projector.LookAsync(MigrationRows.ProgressName, default);
        Assert.Equal(newest, mark);
        var report = await _log.VerifyAllAsync();
        Assert.Empty(report.Findings);
        Assert.Equal(40, report.Migrations);

        Assert.Equal(archived, await archive.TakeBackAsync(LogDatabase.Begin, null, default));

        Assert.Equal(before, await _log.RowsAsync());
        Assert.Empty((await _log.VerifyAllAsync()).Findings);
    }

    [Fact]
    public async Task the_flag_is_martens()
    {
        await new Archive(_log.Store, _log.Types).SetAsideAsync(DateTimeOffset.MaxValue, null, default);

        Assert.Equal(0, await _log.ScalarAsync<long>("select count(*) from mt_streams where not is_archived"));
        Assert.Equal(0, await _log.ScalarAsync<long>("select count(*) from mt_events where not is_archived"));
        await _log.Projector.RebuildAsync(new MigrationRows(_log.Streams), 1_000, null, default);
        var (mark, newest) = await _log.Projector.LookAsync(MigrationRows.ProgressName, default);
        Assert.Equal((newest, true), (mark, newest > 0));
    }
}

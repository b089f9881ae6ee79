using Ms2m.EventLog.Streams;
using Ms2m.History.Tests.Runs;
using Ms2m.LogTool.Following;

namespace Ms2m.History.Tests.Verbs;

public sealed class Following
{
    [Fact]
    public async Task over_broken_connections_no_event_is_left_out_and_none_comes_twice()
    {
        await using var own = await OwnLog.CreateAsync();
        var run = SimulatedRun.Of(2);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var follow = new FollowLog(own.Log, TimeProvider.System);
        var (all, one) = (new List<long>(), new List<long>());
        var whole = CollectAsync(follow.AfterAsync(null, 0, enough.Token), all, run.Count);
        var stream = CollectAsync(follow.AfterAsync(run[0].StreamId, 0, enough.Token), one, run.Count);
        foreach (var part in run.Chunk(Math.Max(1, run.Count / 4)))
        {
            await own.AddAsync(part.Take(part.Length / 2));
            await own.BreakConnectionsAsync();
            await own.AddAsync(part.Skip(part.Length / 2));
        }

        await whole.WaitAsync(enough.Token);
        await stream.WaitAsync(enough.Token);
        var written = run.Select(each => each.Version).ToArray();
        Assert.Equal(written, all);
        Assert.Equal(written, one);
    }

    [Fact]
    public async Task it_begins_after_the_position_that_is_given()
    {
        await using var own = await OwnLog.CreateAsync();
        var run = SimulatedRun.Of(2);
        await own.AddAsync(run);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<long>();
        await CollectAsync(new FollowLog(own.Log, TimeProvider.System).AfterAsync(run[0].StreamId, 5, enough.Token), seen, run.Count - 5);
        Assert.Equal(run.Skip(5).Select(each => each.Version), seen);
    }

    [Fact]
    public async Task a_store_that_was_never_there_is_an_error_and_not_waited_for()
    {
        await using var nowhere = new LogTool.LogStore("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");
        var follow = new FollowLog(nowhere, TimeProvider.System);
        await Assert.ThrowsAsync<Npgsql.NpgsqlException>(() => CollectAsync(follow.AfterAsync(null, 0, default), [], 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task a_store_without_a_log_is_an_error_and_not_waited_for(bool ofOne)
    {
        await using var empty = await OwnDatabase.CreateAsync();
        await using var store = new LogTool.LogStore(empty.ConnectionString);
        var events = new FollowLog(store, TimeProvider.System).AfterAsync(ofOne ? Guid.NewGuid() : null, 0, default);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => CollectAsync(events, [], 1).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(Npgsql.PostgresErrorCodes.UndefinedTable, refused.SqlState);
    }

    private static async Task CollectAsync(IAsyncEnumerable<RecordedEvent> events, List<long> into, int count)
    {
        await foreach (var one in events)
        {
            into.Add(one.Version);
            if (into.Count == count)
            {
                return;
            }
        }
    }
}

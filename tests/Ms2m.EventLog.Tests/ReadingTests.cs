using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.EventLog.Streams;
using Ms2m.EventLog.Tests.Lab;

namespace Ms2m.EventLog.Tests;

public sealed class ReadingTests(Database database) : IClassFixture<Database>
{
    [Fact]
    public async Task a_stream_that_does_not_exist_is_empty() =>
        Assert.Empty(await database.ReadStream.ReadAsync(Guid.NewGuid(), 1, default));

    [Fact]
    public async Task the_whole_log_is_read_in_order_and_over_more_than_one_page()
    {
        var after = await LastAsync();
        for (var stream = 0; stream < 6; stream++)
        {
            await database.AppendAsync(Guid.NewGuid(), 0, [.. Enumerable.Range(0, 100).Select(n => new Moved($"{n}"))]);
        }

        var read = await ReadAfterAsync(after);
        Assert.Equal(600, read.Count);
        Assert.Equal(read.Select(one => one.SeqId).Order(), read.Select(one => one.SeqId));
    }

    [Fact]
    public async Task numbers_of_a_rolled_back_append_are_passed()
    {
        var after = await LastAsync();
        await database.AppendAsync(Guid.NewGuid(), 0, new Opened("a", 1));
        await RollBackAfterNumbersAsync();
        await database.AppendAsync(Guid.NewGuid(), 0, new Opened("b", 1));
        Assert.Equal(["a", "b"], (await ReadAfterAsync(after)).Select(one => ((Opened)one.Data).Name));
    }

    [Fact]
    public async Task an_append_that_commits_late_is_waited_for_and_not_missed()
    {
        var after = await LastAsync();
        await using var slow = await database.BeginAsync();
        database.Append.Defer(
            slow, Guid.NewGuid(), 0, Database.ToAppend(new Opened("slow", 1)), new EventMetadata(DateTimeOffset.UtcNow));
        await slow.FlushAsync(default);
        await database.AppendAsync(Guid.NewGuid(), 0, new Opened("quick", 1));

        var reading = ReadAfterAsync(after);
        await AppendersAreWaitedForAsync();
        Assert.False(reading.IsCompleted);
        await slow.CommitAsync(default);
        var read = await reading.WithinAsync("the reader to go on after the slow append's commit");
        Assert.Equal(["slow", "quick"], read.Select(one => ((Opened)one.Data).Name));
    }

    [Fact]
    public async Task the_newest_event_is_told_when_none_before_it_can_still_appear()
    {
        await using var slow = await database.BeginAsync();
        database.Append.Defer(
            slow, Guid.NewGuid(), 0, Database.ToAppend(new Opened("slow", 1)), new EventMetadata(DateTimeOffset.UtcNow));
        await slow.FlushAsync(default);
        await database.AppendAsync(Guid.NewGuid(), 0, new Opened("quick", 1));

        var asking = database.ReadAll.NewestAsync(default);
        await AppendersAreWaitedForAsync();
        Assert.False(asking.IsCompleted);
        await slow.CommitAsync(default);
        Assert.Equal(await LastAsync(), await asking.WithinAsync("the answer after the slow append's commit"));
        await database.AppendAsync(Guid.NewGuid(), 0, new Opened("next", 1));
        Assert.Equal(new Opened("next", 1), Assert.Single(await ReadAfterAsync(await asking)).Data);
    }

    [Fact]
    public async Task a_follower_sees_what_others_append()
    {
        using var listener = new AppendedListener(
            database.Store, TimeProvider.System, NullLogger<AppendedListener>.Instance);
        await listener.StartAsync(default);
        var follow = new FollowEvents(database.ReadAll, database.ReadStream, listener, TimeProvider.System);
        var stream = Guid.NewGuid();
        await using var whole = follow.AllAsync(await LastAsync(), default).GetAsyncEnumerator();
        await using var one = follow.StreamAsync(stream, 1, default).GetAsyncEnumerator();
        foreach (var version in new[] { 0, 1, 2 })
        {
            var next = whole.MoveNextAsync().AsTask();
            var nextOfStream = one.MoveNextAsync().AsTask();
            await database.AppendAsync(stream, version, new Moved($"{version}"));
            Assert.True(await next.WithinAsync("the follower of the log"));
            Assert.True(await nextOfStream.WithinAsync("the follower of the stream"));
            Assert.Equal(new Moved($"{version}"), whole.Current.Data);
            Assert.Equal(new Moved($"{version}"), one.Current.Data);
        }

        await listener.StopAsync(default);
    }

    private Task<long> LastAsync() => database.ScalarAsync<long>("select coalesce(max(seq_id), 0) from mt_events");

    private async Task<List<RecordedEvent>> ReadAfterAsync(long seqId)
    {
        var read = new List<RecordedEvent>();
        await foreach (var one in database.ReadAll.AfterAsync(seqId, default))
        {
            read.Add(one);
        }

        return read;
    }

    private async Task RollBackAfterNumbersAsync()
    {
        await using var session = await database.BeginAsync();
        database.Append.Defer(
            session, Guid.NewGuid(), 0, Database.ToAppend(new Moved("x"), new Moved("y")), new EventMetadata(DateTimeOffset.UtcNow));
        await session.FlushAsync(default);
        await session.RollbackAsync();
    }

    private async Task AppendersAreWaitedForAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (await database.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted"
            + " and database = (select oid from pg_database where datname = current_database())") == 0)
        {
            Assert.False(limit.IsCancellationRequested, "waited 15 s for the reader to wait for the slow append");
        }
    }
}

using Ms2m.EventLog.Streams;
using Ms2m.EventLog.Tests.Lab;

namespace Ms2m.EventLog.Tests;

public sealed class AppendingTests(Database database) : IClassFixture<Database>
{
    [Fact]
    public async Task what_is_appended_is_read_back_with_its_metadata()
    {
        var stream = Guid.NewGuid();
        var events = Database.ToAppend(new Opened("a", 1), new Moved("b"));
        var metadata = new EventMetadata(
            DateTimeOffset.UtcNow, "conversation", "cause", new Dictionary<string, string> { ["node"] = "n1" });
        await using (var session = await database.BeginAsync())
        {
            database.Append.Defer(session, stream, 0, events, metadata, "journey");
            await session.CommitAsync(default);
        }

        var read = await database.ReadStream.ReadAsync(stream, 1, default);
        Assert.Equal(["opened", "moved"], read.Select(one => one.Alias));
        Assert.Equal([1, 2], read.Select(one => one.Version));
        Assert.Equal(events.Select(one => one.EventId), read.Select(one => one.EventId));
        Assert.Equal(events.Select(one => one.Data), read.Select(one => one.Data));
        Assert.All(read, one =>
        {
            Assert.Equal(metadata.Timestamp, one.Timestamp);
            Assert.Equal(stream, one.StreamId);
            Assert.Equal("conversation", one.CorrelationId);
            Assert.Equal("cause", one.CausationId);
            Assert.Equal("n1", one.Headers["node"]);
        });
        Assert.Equal(
            ["journey 2", "opened Ms2m.EventLog.Tests.Lab.Opened, Ms2m.EventLog.Tests", "moved Ms2m.EventLog.Tests.Lab.Moved, Ms2m.EventLog.Tests"],
            [
                .. await database.LinesAsync($"select type, version from mt_streams where id = '{stream}'"),
                .. await database.LinesAsync(
                    $"select type, mt_dotnet_type from mt_events where stream_id = '{stream}' order by version"),
            ]);
    }

    [Fact]
    public async Task a_later_append_goes_on_where_the_stream_ended()
    {
        var stream = Guid.NewGuid();
        await database.AppendAsync(stream, 0, new Opened("a", 1));
        await database.AppendAsync(stream, 1, new Moved("b"), new Moved("c"));
        var read = await database.ReadStream.ReadAsync(stream, 2, default);
        Assert.Equal([2, 3], read.Select(one => one.Version));
        Assert.Equal([new Moved("b"), new Moved("c")], read.Select(one => one.Data));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task an_append_at_the_wrong_version_writes_nothing_and_burns_no_number(long wrongVersion)
    {
        var stream = Guid.NewGuid();
        await database.AppendAsync(stream, 0, new Opened("a", 1), new Moved("b"));
        var last = await database.ScalarAsync<long>("select last_value from mt_events_sequence");
        var conflict = await Assert.ThrowsAsync<StreamConflictException>(
            () => database.AppendAsync(stream, wrongVersion, new Moved("c"), new Moved("d")));
        Assert.Equal((stream, wrongVersion), (conflict.StreamId, conflict.ExpectedVersion));
        Assert.Equal(last, await database.ScalarAsync<long>("select last_value from mt_events_sequence"));
        Assert.Equal(2, (await database.ReadStream.ReadAsync(stream, 1, default)).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task of_two_writers_of_one_stream_exactly_one_wins_and_leaves_no_hole(long version)
    {
        for (var round = 0; round < 20; round++)
        {
            var stream = Guid.NewGuid();
            if (version == 1)
            {
                await database.AppendAsync(stream, 0, new Opened("a", 1));
            }

            var before = await database.ScalarAsync<long>("select coalesce(max(seq_id), 0) from mt_events");
            var writers = Enumerable.Range(0, 4).Select(writer => Record.ExceptionAsync(
                () => database.AppendAsync(stream, version, new Moved($"{writer}"), new Moved($"{writer}"))));
            var outcomes = await Task.WhenAll(writers);
            Assert.Single(outcomes, outcome => outcome is null);
            Assert.Equal(3, outcomes.OfType<StreamConflictException>().Count());
            var read = await database.ReadStream.ReadAsync(stream, version + 1, default);
            Assert.Equal([version + 1, version + 2], read.Select(one => one.Version));
            Assert.Equal([before + 1, before + 2], read.Select(one => one.SeqId));
        }
    }

    [Fact]
    public async Task an_archived_stream_takes_no_events()
    {
        var stream = Guid.NewGuid();
        await database.AppendAsync(stream, 0, new Opened("a", 1));
        await database.LinesAsync($"update mt_streams set is_archived = true where id = '{stream}'");
        await Assert.ThrowsAsync<StreamConflictException>(() => database.AppendAsync(stream, 1, new Moved("b")));
    }

    [Fact]
    public void a_timestamp_has_the_precision_that_the_store_keeps() =>
        Assert.Equal(
            DateTimeOffset.UnixEpoch.AddMicroseconds(7),
            new EventMetadata(DateTimeOffset.UnixEpoch.AddMicroseconds(7).AddTicks(9)).Timestamp);
}

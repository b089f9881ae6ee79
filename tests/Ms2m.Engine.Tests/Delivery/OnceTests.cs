using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Ms2m.Contracts;
using Ms2m.Engine.Delivery;
using Ms2m.Engine.Tests.Delivery.Lab;
using Npgsql;

namespace Ms2m.Engine.Tests.Delivery;

/// <summary>A message is handled once, and what it decided is sent at least once and under one id.</summary>
public sealed class OnceTests(Office office) : IClassFixture<Office>
{
    [Fact]
    public async Task the_same_message_twice_is_handled_once_and_sent_once()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var (parcel, messageId) = (Guid.NewGuid(), Guid.NewGuid());
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => office.TellAsync(parcel, "once", messageId)));
        Assert.Equal(("once", 1), Of(await NextAsync(told)));
        await office.TellAsync(parcel, "once", messageId);
        await office.TellAsync(parcel, "last");
        Assert.Equal(("last", 2), Of(await NextAsync(told)));
        await Office.CloseAsync(host);
        Assert.False(told.TryRead(out _));
        Assert.Equal(2, await EventsAsync(parcel));
    }

    [Fact]
    public async Task a_handler_that_fails_leaves_nothing_and_sends_nothing()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var errors = await office.Wire.ListenAsync($"{Office.Queue}_error");
        var parcel = Guid.NewGuid();
        ParcelMachine.Failure = what => what == "fail" ? new InvalidOperationException("as the test wants") : null;
        await office.TellAsync(parcel, "fail");
        await NextAsync(errors);
        ParcelMachine.Failure = _ => null;
        await Office.CloseAsync(host);
        Assert.False(told.TryRead(out _));
        Assert.Equal(0, await EventsAsync(parcel));
        Assert.Equal(0, await office.Database.CountAsync($"mt_doc_parcel where id = '{parcel}'"));
        Assert.Equal(0, await office.Database.CountAsync("ms2m_outbox"));
    }

    [Fact]
    public async Task a_conflict_is_handled_again_on_fresh_data()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var (parcel, tries) = (Guid.NewGuid(), 0);
        ParcelMachine.Failure = what => what == "conflict" && tries++ < 2
            ? new EventLog.StreamConflictException(parcel, 0)
            : null;
        await office.TellAsync(parcel, "conflict");
        Assert.Equal(("conflict", 1), Of(await NextAsync(told)));
        ParcelMachine.Failure = _ => null;
        await Office.CloseAsync(host);
        Assert.Equal(3, tries);
        Assert.False(told.TryRead(out _));
    }

    [Fact]
    public async Task a_store_that_is_away_is_waited_for()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var tries = 0;
        ParcelMachine.Failure = what => what == "away" && tries++ < 6
            ? new NpgsqlException("as the test wants", new SocketException())
            : null;
        await office.TellAsync(Guid.NewGuid(), "away");
        Assert.Equal(("away", 1), Of(await NextAsync(told)));
        ParcelMachine.Failure = _ => null;
        await Office.CloseAsync(host);
    }

    [Fact]
    public async Task a_command_to_a_node_without_a_worker_waits_for_one_and_holds_up_nothing_else()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync(delivery: options =>
        {
            options.LeftBehindAfter = TimeSpan.FromMilliseconds(200);
            options.SweepEvery = TimeSpan.FromMilliseconds(200);
        });
        await office.TellAsync(Guid.NewGuid(), "node ghost");
        var first = await NextAsync(told);
        Assert.Equal(("node ghost", 1), Of(first));
        await Eventually.TrueAsync(async () => await office.Database.CountAsync("ms2m_outbox") == 1, "the rest to be sent");
        var node = await office.Wire.ListenAsync(Names.Node("ghost"));
        Assert.Equal(("node ghost", 1), Of(await NextAsync(node)));
        await Eventually.TrueAsync(async () => await office.Database.CountAsync("ms2m_outbox") == 0, "the outbox to be empty");
        await Office.CloseAsync(host);
        Assert.False(told.TryRead(out _));
    }

    [Fact]
    public async Task a_command_that_nobody_ever_takes_is_given_up()
    {
        using var host = await office.OpenAsync(delivery: options =>
        {
            options.LeftBehindAfter = TimeSpan.FromMilliseconds(100);
            options.SweepEvery = TimeSpan.FromMilliseconds(100);
            options.GiveUpAfter = TimeSpan.FromMilliseconds(100);
        });
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        await office.TellAsync(Guid.NewGuid(), "node nowhere");
        await NextAsync(told);
        await Eventually.TrueAsync(async () => await office.Database.CountAsync("ms2m_outbox") == 0, "the outbox to be empty");
        await Office.CloseAsync(host);
    }

    [Fact]
    public async Task a_crash_between_commit_and_send_sends_on_the_next_delivery_under_the_stored_id()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        var stored = Guid.Empty;
        var faults = new FaultPoints();
        faults.AfterCommit = async token =>
        {
            faults.AfterCommit = _ => Task.CompletedTask;
            stored = await StoredIdAsync();
            throw new IOException("crash between commit and send");
        };
        using var host = await office.OpenAsync(faults);
        var parcel = Guid.NewGuid();
        await office.TellAsync(parcel, "resumed");
        var message = await NextAsync(told);
        Assert.Equal(("resumed", 1), Of(message));
        Assert.Equal(stored, message.MessageId);
        await Office.CloseAsync(host);
        Assert.False(told.TryRead(out _));
        Assert.Equal(1, await EventsAsync(parcel));
        Assert.Equal(0, await office.Database.CountAsync("ms2m_outbox"));
    }

    [Fact]
    public async Task a_crash_between_send_and_forgetting_sends_a_copy_with_the_same_id()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        var faults = new FaultPoints();
        faults.AfterSend = _ =>
        {
            faults.AfterSend = _ => Task.CompletedTask;
            throw new IOException("crash between send and forgetting");
        };
        using var host = await office.OpenAsync(faults);
        var parcel = Guid.NewGuid();
        await office.TellAsync(parcel, "twice");
        var (first, copy) = (await NextAsync(told), await NextAsync(told));
        Assert.Equal(first.MessageId, copy.MessageId);
        Assert.Equal(first.Body, copy.Body);
        // Each is a sending of its own, and says when it was.
        Assert.Equal(Without(first, "x-dotnet-pub-seq-no", Headers.Sent), Without(copy, "x-dotnet-pub-seq-no", Headers.Sent));
        await Office.CloseAsync(host);
        Assert.Equal(1, await EventsAsync(parcel));
        Assert.Equal(0, await office.Database.CountAsync("ms2m_outbox"));
    }

    [Fact]
    public async Task what_a_dead_engine_left_is_sent_by_another()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        var committed = new TaskCompletionSource();
        var faults = new FaultPoints
        {
            // This engine never sends: as far as anyone can see, it died here.
            AfterCommit = async token =>
            {
                committed.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
        };
        using var dead = await office.OpenAsync(faults, delivery: options => options.SweepEvery = TimeSpan.FromHours(1));
        var parcel = Guid.NewGuid();
        await office.TellAsync(parcel, "left");
        await committed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var stored = await StoredIdAsync();
        using var other = await office.OpenAsync(delivery: options =>
        {
            options.LeftBehindAfter = TimeSpan.FromMilliseconds(100);
            options.SweepEvery = TimeSpan.FromMilliseconds(100);
        });
        var message = await NextAsync(told);
        Assert.Equal(("left", 1), Of(message));
        Assert.Equal(stored, message.MessageId);
        await Eventually.TrueAsync(
            async () => await office.Database.CountAsync("ms2m_outbox") == 0, "the outbox to be empty");
        await Office.CloseAsync(other);
        using var impatient = new CancellationTokenSource(TimeSpan.Zero);
        await dead.StopAsync(impatient.Token);
    }

    [Fact]
    public async Task parallel_first_messages_of_one_saga_make_one_saga()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var parcel = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => office.TellAsync(parcel, $"{n}")));
        var counts = new List<int>();
        for (var n = 0; n < 20; n++)
        {
            counts.Add(Of(await NextAsync(told)).Count);
        }

        await Office.CloseAsync(host);
        Assert.Equal(Enumerable.Range(1, 20), counts.Order());
        Assert.Equal(1, await office.Database.CountAsync($"mt_doc_parcel where id = '{parcel}'"));
        Assert.Equal(20, await EventsAsync(parcel));
        Assert.Equal(0, await office.Database.CountAsync("ms2m_outbox"));
    }

    private static IEnumerable<KeyValuePair<string, object?>> Without(WireMessage message, params string[] headers) =>
        message.Headers.Where(one => !headers.Contains(one.Key));

    private static (string What, int Count) Of(WireMessage message)
    {
        var told = JsonSerializer.Deserialize<Told>(message.Text, JsonSerializerOptions.Web)!;
        return (told.What, told.Count);
    }

    private static Task<WireMessage> NextAsync(ChannelReader<WireMessage> messages) =>
        messages.ReadAsync().AsTask().WithinAsync("a message on the wire");

    private Task<long> EventsAsync(Guid parcel) => office.Database.CountAsync($"mt_events where stream_id = '{parcel}'");

    private async Task<Guid> StoredIdAsync()
    {
        await using var command = office.Database.Store.CreateCommand(
            $"select message_id from ms2m_outbox where destination like '%{ParcelMachine.Out}'");
        return (Guid)(await command.ExecuteScalarAsync())!;
    }
}

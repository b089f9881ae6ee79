using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Inbox;
using Ms2m.EventLog.Outbox;
using Ms2m.EventLog.Tests.Lab;
using Ms2m.EventLog.Timers;

namespace Ms2m.EventLog.Tests;

public sealed class DeliveryRowsTests(Database database) : IClassFixture<Database>
{
    private static readonly DateTimeOffset _noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task a_message_is_consumed_once_by_each_consumer()
    {
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        Assert.True(await ConsumeAsync(key, commit: true));
        Assert.False(await ConsumeAsync(key, commit: true));
        Assert.True(await ConsumeAsync(key with { ConsumerId = Guid.NewGuid() }, commit: true));
    }

    [Fact]
    public async Task a_second_delivery_waits_for_the_first_and_takes_its_place_when_that_one_fails()
    {
        foreach (var firstCommits in new[] { true, false })
        {
            var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
            await using var first = await database.BeginAsync();
            Assert.True(await first.TryConsumeAsync(key, default));
            await using var second = await database.BeginAsync();
            var waiting = second.TryConsumeAsync(key, default);
            if (firstCommits)
            {
                await first.CommitAsync(default);
            }
            else
            {
                await first.RollbackAsync();
            }

            Assert.Equal(!firstCommits, await waiting.WithinAsync("the end of the first delivery"));
        }
    }

    [Fact]
    public async Task messages_handled_long_ago_are_forgotten()
    {
        var old = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        var recent = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        await ConsumeAsync(old, commit: true);
        await ConsumeAsync(recent, commit: true);
        await database.LinesAsync(
            $"update ms2m_inbox set consumed_at = now() - interval '2 days' where message_id = '{old.MessageId}'");
        await database.Store.PurgeInboxAsync(TimeSpan.FromDays(1), default);
        Assert.True(await ConsumeAsync(old, commit: false));
        Assert.False(await ConsumeAsync(recent, commit: false));
    }

    [Fact]
    public async Task outgoing_messages_come_back_as_they_were_stored_and_go_to_one_taker()
    {
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        var stored = Enumerable.Range(0, 3).Select(n => new OutboxMessage(Guid.NewGuid(), Message(n), _noon)).ToList();
        await using (var session = await database.BeginAsync())
        {
            for (var position = 0; position < stored.Count; position++)
            {
                session.DeferOutbox(key, position, stored[position]);
            }

            await session.CommitAsync(default);
        }

        await using (var first = await database.BeginAsync())
        {
            var taken = await first.TakeOutboxOfAsync(key, default);
            Assert.Equal(stored.Select(one => one.Id), taken.Select(one => one.Id));
            Assert.All(stored.Zip(taken), pair => AssertSame(pair.First.Message, pair.Second.Message));
            await using var second = await database.BeginAsync();
            Assert.Empty(await second.TakeOutboxOfAsync(key, default));
            first.DeferDeleteOutbox([stored[0].Id]);
            await first.CommitAsync(default);
        }

        await database.Store.ForgetDeliveredAsync([stored[1].Id], default);
        await using var third = await database.BeginAsync();
        Assert.Empty(await third.TakeOutboxOlderThanAsync(TimeSpan.FromMinutes(1), 10, default));
        Assert.Equal([stored[2].Id], (await third.TakeOutboxOlderThanAsync(TimeSpan.Zero, 10, default)).Select(one => one.Id));
    }

    [Fact]
    public async Task due_timers_are_taken_in_order_by_one_taker_and_later_ones_stay()
    {
        List<StoredTimer> timers = [Timer(_noon), Timer(_noon.AddMinutes(1)), Timer(_noon.AddMinutes(60))];
        await using (var session = await database.BeginAsync())
        {
            timers.ForEach(session.DeferTimer);
            await session.CommitAsync(default);
        }

        Assert.Equal(_noon, await database.Store.NextTimerAsync(default));
        await using (var first = await database.BeginAsync())
        {
            var due = await first.TakeDueTimersAsync(_noon.AddMinutes(5), 10, default);
            Assert.Equal(timers.Take(2).Select(one => one.Token), due.Select(one => one.Token));
            AssertSame(timers[0].Message, due[0].Message);
            await using var second = await database.BeginAsync();
            Assert.Empty(await second.TakeDueTimersAsync(_noon.AddMinutes(5), 10, default));
            first.DeferDeleteTimers([.. due.Select(one => one.Token)]);
            await first.CommitAsync(default);
        }

        Assert.Equal(_noon.AddMinutes(60), await database.Store.NextTimerAsync(default));
    }

    [Fact]
    public async Task a_timer_scheduled_again_under_its_token_is_moved()
    {
        var timer = Timer(_noon.AddYears(-9));
        foreach (var dueAt in new[] { timer.DueAt, timer.DueAt.AddDays(1) })
        {
            await using var session = await database.BeginAsync();
            session.DeferTimer(timer with { DueAt = dueAt });
            await session.CommitAsync(default);
        }

        Assert.Equal(timer.DueAt.AddDays(1), await database.Store.NextTimerAsync(default));
        await database.LinesAsync($"delete from ms2m_timers where token = '{timer.Token}'");
    }

    [Fact]
    public async Task a_workload_is_held_by_one_migration_until_that_one_lets_go()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal(first, await ClaimAsync(first));
        Assert.Equal(first, await ClaimAsync(second));
        Assert.Equal(first, await ClaimAsync(first));
        await ReleaseAsync(second);
        Assert.Equal(first, await database.Store.ClaimHolderAsync("orders", default));
        await ReleaseAsync(first);
        Assert.Null(await database.Store.ClaimHolderAsync("orders", default));
        Assert.Equal(second, await ClaimAsync(second));

        async Task<Guid> ClaimAsync(Guid migration)
        {
            await using var session = await database.BeginAsync();
            var holder = await session.TryClaimAsync("orders", migration, default);
            await session.CommitAsync(default);
            return holder;
        }

        async Task ReleaseAsync(Guid migration)
        {
            await using var session = await database.BeginAsync();
            session.DeferRelease("orders", migration);
            await session.CommitAsync(default);
        }
    }

    private async Task<bool> ConsumeAsync(InboxKey key, bool commit)
    {
        await using var session = await database.BeginAsync();
        var first = await session.TryConsumeAsync(key, default);
        if (commit)
        {
            await session.CommitAsync(default);
        }

        return first;
    }

    private static StoredTimer Timer(DateTimeOffset dueAt)
    {
        var message = Message(0) with { ExpiresAt = null };
        return new StoredTimer(message.MessageId, dueAt, message);
    }

    // Bytes that are no text, and headers in an order that sorting would change.
    private static StoredMessage Message(int n) => new(
        Guid.NewGuid(), Guid.NewGuid(), $"exchange:x{n}", "application/json", """{"z":"1","a":{"Int32":"2"}}""",
        """{"RMQ-RoutingKey":"r"}""", new byte[] { 0, 255, (byte)n }, _noon);

    private static void AssertSame(StoredMessage expected, StoredMessage actual)
    {
        Assert.Equal(expected with { Body = default }, actual with { Body = default });
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
    }
}

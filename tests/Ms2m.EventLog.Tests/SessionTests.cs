using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Inbox;
using Ms2m.EventLog.Outbox;
using Ms2m.EventLog.Streams;
using Ms2m.EventLog.Tests.Lab;
using Ms2m.EventLog.Timers;

namespace Ms2m.EventLog.Tests;

public sealed class SessionTests(Database database) : IClassFixture<Database>
{
    private const string RowsAnywhere =
        "select (select count(*) from mt_streams) + (select count(*) from mt_events) + (select count(*) from mt_doc_note)"
        + " + (select count(*) from ms2m_inbox) + (select count(*) from ms2m_outbox) + (select count(*) from ms2m_timers)"
        + " + (select count(*) from ms2m_claims)";

    [Fact]
    public async Task a_rolled_back_transaction_stores_nothing_anywhere()
    {
        var woken = false;
        await using var session = await database.BeginAsync();
        await WriteEverywhereAsync(session);
        session.OnCommitted(() => woken = true);
        await session.FlushAsync(default);
        await session.RollbackAsync();
        Assert.Equal(0L, await database.ScalarAsync<long>(RowsAnywhere));
        Assert.False(woken);

        // The session can be used again, and has forgotten what was deferred.
        await session.BeginAsync(default);
        await session.CommitAsync(default);
        Assert.Equal(0L, await database.ScalarAsync<long>(RowsAnywhere));
    }

    [Fact]
    public async Task one_conflict_takes_everything_else_with_it()
    {
        await using var session = await database.BeginAsync();
        await WriteEverywhereAsync(session);
        Database.Notes.DeferUpdate(session, new Note(Guid.NewGuid(), "of nobody"), Guid.NewGuid());
        await Assert.ThrowsAsync<DocumentConflictException>(() => session.CommitAsync(default));
        await session.RollbackAsync();
        Assert.Equal(0L, await database.ScalarAsync<long>(RowsAnywhere));
    }

    [Fact]
    public async Task what_is_to_be_done_after_the_commit_is_done_after_the_commit()
    {
        long? seen = null;
        var id = Guid.NewGuid();
        await using var session = await database.BeginAsync();
        Database.Notes.DeferInsert(session, new Note(id, "x"));
        session.OnCommitted(() => seen = database.ScalarAsync<long>(
            $"select count(*) from mt_doc_note where id = '{id}'").GetAwaiter().GetResult());
        await session.CommitAsync(default);
        Assert.Equal(1, seen);
        await database.LinesAsync($"delete from mt_doc_note where id = '{id}'");
    }

    private async Task WriteEverywhereAsync(PgSession session)
    {
        var key = new InboxKey(Guid.NewGuid(), Guid.NewGuid());
        await session.TryConsumeAsync(key, default);
        await session.TryClaimAsync("orders", Guid.NewGuid(), default);
        Database.Notes.DeferInsert(session, new Note(Guid.NewGuid(), "x"));
        var message = new StoredMessage(Guid.NewGuid(), null, "exchange:x", "application/json", "{}", "{}", new byte[] { 1 });
        session.DeferOutbox(key, 0, new OutboxMessage(Guid.NewGuid(), message, DateTimeOffset.UtcNow));
        session.DeferTimer(new StoredTimer(message.MessageId, DateTimeOffset.UtcNow, message));
        database.Append.Defer(
            session, Guid.NewGuid(), 0, Database.ToAppend(new Moved("x")), new EventMetadata(DateTimeOffset.UtcNow));
    }
}

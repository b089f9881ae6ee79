using System.Runtime.CompilerServices;
using Npgsql;

namespace Ms2m.EventLog.Streams;

/// <summary>Reads the whole log in order, and never past an event that may still appear.
/// <para>Sequence numbers are drawn before the commit, so number 8 can become visible before number 7. A reader that
/// remembers 8 would miss 7 for ever. So where numbers are missing the reader waits until every append that was under
/// way has ended: what is missing then was rolled back and never comes.</para></summary>
public sealed class ReadAll(NpgsqlDataSource store, EventTypes types)
{
    private const int PageSize = 500;

    // Primary key of mt_events.
    private const string Sql =
        $"select {StoredEvent.Columns} from mt_events where seq_id > $1 and is_archived = false"
        + " order by seq_id limit $2";

    private const string Newest = "select coalesce(max(seq_id), 0) from mt_events";

    private static readonly string _awaitAppends = $"select pg_advisory_xact_lock({AppendEvents.AppendLock})";

    /// <summary>Streams what is committed now and ends. Pages, so that a slow reader holds no connection.</summary>
    public async IAsyncEnumerable<RecordedEvent> AfterAsync(
        long seqId, [EnumeratorCancellation] CancellationToken token)
    {
        while (true)
        {
            var page = await PageAsync(seqId, PageSize, token);
            foreach (var one in page)
            {
                yield return one;
            }

            if (page.Count == 0)
            {
                yield break;
            }

            seqId = page[^1].SeqId;
        }
    }

    /// <summary>The next events, at most <paramref name="size"/> of them, as <see cref="AfterAsync"/> gives them.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> PageAsync(long after, int size, CancellationToken token)
    {
        var page = await VisibleAsync(after, size, token);
        if (HasHole(after, page))
        {
            var ceiling = page[^1].SeqId;
            await AwaitAppendsAsync(token);
            page = [.. (await VisibleAsync(after, size, token)).TakeWhile(one => one.SeqId <= ceiling)];
        }

        return page;
    }

    /// <summary>The position up to which everything is there: no event with this number or a smaller one will still appear.
    /// Archived events count.</summary>
    public async Task<long> NewestAsync(CancellationToken token)
    {
        // Read while the lock is held: an append that begins after it could be overtaken by the one after it.
        await using var connection = await store.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await using (var wait = new NpgsqlCommand(_awaitAppends, connection, transaction))
        {
            await wait.ExecuteNonQueryAsync(token);
        }

        await using var command = new NpgsqlCommand(Newest, connection, transaction);
        return (long)(await command.ExecuteScalarAsync(token))!;
    }

    private static bool HasHole(long after, List<RecordedEvent> page) =>
        page.Count > 0 && page[^1].SeqId - after != page.Count;

    private async Task<List<RecordedEvent>> VisibleAsync(long after, int size, CancellationToken token)
    {
        await using var command = store.CreateCommand(Sql);
        command.Parameters.Add(Parameter.Bigint(after));
        command.Parameters.Add(Parameter.Integer(size));
        var page = new List<RecordedEvent>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            page.Add(RecordedEvent.Of(StoredEvent.Read(rows), types));
        }

        return page;
    }

    // Taken and let go at once: it is granted when every append that began before it has ended.
    private async Task AwaitAppendsAsync(CancellationToken token)
    {
        await using var command = store.CreateCommand(_awaitAppends);
        await command.ExecuteNonQueryAsync(token);
    }
}

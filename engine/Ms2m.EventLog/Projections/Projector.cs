using Ms2m.EventLog.Streams;
using Npgsql;

namespace Ms2m.EventLog.Projections;

/// <summary>Brings a read model up to date. What it has come to (its high-water mark) is stored in the transaction that
/// writes it, and whoever works on it holds that row: of several engines one works, and the others find it done.</summary>
public sealed class Projector(NpgsqlDataSource store, ReadAll readAll)
{
    private const string Begin =
        "insert into mt_event_progression (name, last_seq_id) values ($1, 0) on conflict (name) do nothing";

    private const string Hold = "select last_seq_id from mt_event_progression where name = $1 for update";

    private const string Progress =
        "update mt_event_progression set last_seq_id = $2, last_updated = transaction_timestamp() where name = $1";

    private const string Look =
        "select coalesce((select last_seq_id from mt_event_progression where name = $1), 0),"
        + " coalesce((select max(seq_id) from mt_events), 0)";

    /// <summary>Applies the next events.</summary>
    /// <param name="size">At most so many of them.</param>
    /// <returns>The new high-water mark and how many events were applied: 0 when there are none; null while somebody else is
    /// at work on it.</returns>
    public async Task<(long Mark, int Applied)?> NextAsync(IProjection projection, int size, CancellationToken token)
    {
        await using var session = new PgSession(store);
        await session.BeginAsync(token);
        if (await HoldAsync(session, projection.Name, wait: false, token) is not { } mark)
        {
            return null;
        }

        var events = await readAll.PageAsync(mark, size, token);
        if (events.Count > 0)
        {
            mark = await ApplyAsync(session, projection, mark, events, token);
            await session.CommitAsync(token);
        }

        return (mark, events.Count);
    }

    /// <summary>Makes it anew from the first event, in one transaction: readers see the old one until the new one is
    /// whole.</summary>
    /// <param name="progress">Told of the position and how many events were applied so far.</param>
    /// <returns>How many events there were.</returns>
    public async Task<long> RebuildAsync(
        IProjection projection, int size, Action<long, long>? progress, CancellationToken token)
    {
        await using var session = new PgSession(store);
        await session.BeginAsync(token);
        await HoldAsync(session, projection.Name, wait: true, token);
        await projection.ClearAsync(session, token);
        long mark = 0, applied = 0;
        while (await readAll.PageAsync(mark, size, token) is { Count: > 0 } events)
        {
            mark = await ApplyAsync(session, projection, mark, events, token);
            applied += events.Count;
            progress?.Invoke(mark, applied);
        }

        // The last numbers may be of archived events, which no page shows. Without them it would look behind for ever.
        var newest = await readAll.NewestAsync(token);
        while (await readAll.PageAsync(mark, size, token) is { Count: > 0 } events && mark < newest)
        {
            mark = await ApplyAsync(session, projection, mark, events, token);
            applied += events.Count;
        }

        session.Defer(DeferredWrite.Of(Progress, [Parameter.Text(projection.Name), Parameter.Bigint(Math.Max(mark, newest))]));
        await session.CommitAsync(token);
        return applied;
    }

    /// <summary>The high-water mark, and the newest position that can be seen in the log.</summary>
    public async Task<(long Mark, long Newest)> LookAsync(string projection, CancellationToken token)
    {
        await using var command = store.CreateCommand(Look);
        command.Parameters.Add(Parameter.Text(projection));
        await using var rows = await command.ExecuteReaderAsync(token);
        await rows.ReadAsync(token);
        return (rows.GetInt64(0), rows.GetInt64(1));
    }

    private static async Task<long> ApplyAsync(
        PgSession session, IProjection projection, long mark, IReadOnlyList<RecordedEvent> events, CancellationToken token)
    {
        await projection.ApplyAsync(session, mark, events, token);
        mark = events[^1].SeqId;
        session.Defer(DeferredWrite.Of(Progress, [Parameter.Text(projection.Name), Parameter.Bigint(mark)]));
        await session.FlushAsync(token);
        return mark;
    }

    private static async Task<long?> HoldAsync(PgSession session, string name, bool wait, CancellationToken token)
    {
        await using (var begin = session.Command(Begin, Parameter.Text(name)))
        {
            await begin.ExecuteNonQueryAsync(token);
        }

        await using var hold = session.Command(wait ? Hold : Hold + " skip locked", Parameter.Text(name));
        return (long?)await hold.ExecuteScalarAsync(token);
    }
}

using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Engine.Turns;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;
using Npgsql;

namespace Ms2m.Engine.Api;

/// <summary>Reads migrations from the event log.</summary>
internal sealed class MigrationReader(
    NpgsqlDataSource store, ReadStream readStream, AppendedListener appended, LineReader lines, TimeProvider time)
{
    public async Task<MigrationView?> ViewAsync(Guid id, CancellationToken token) =>
        await ReadAsync(id, token) is not { } view ? null
        : Waits(view) ? WithPlace(view, await QueueAsync(token))
        : view;

    public async Task<IReadOnlyList<MigrationView>> ListAsync(
        string? workload, bool? active, int limit, CancellationToken token)
    {
        var views = new List<MigrationView>();
        foreach (var id in await NewestAsync(limit, token))
        {
            if (await ReadAsync(id, token) is { } view
                && (workload is null || view.Workload == workload)
                && (active is null || view.Finished != active))
            {
                views.Add(view);
            }
        }

        if (!views.Any(Waits))
        {
            return views;
        }

        var queue = await QueueAsync(token);
        return [.. views.Select(view => WithPlace(view, queue))];
    }

    /// <summary>What came after a version; waits for the next event when there is nothing yet.</summary>
    public async Task<IReadOnlyList<EventBody>> EventsAsync(Guid id, long after, TimeSpan wait, CancellationToken token)
    {
        var until = time.GetUtcNow() + wait;
        while (true)
        {
            var next = appended.NextAppend;
            var events = await readStream.ReadAsync(id, after + 1, token);
            var left = until - time.GetUtcNow();
            if (events.Count > 0 || left <= TimeSpan.Zero)
            {
                return [.. events.Select(one => new EventBody(one.Version, one.SeqId, one.Alias, one.Timestamp, one.Data))];
            }

            await next.WaitAsync(left, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            token.ThrowIfCancellationRequested();
        }
    }

    private async Task<MigrationView?> ReadAsync(Guid id, CancellationToken token)
    {
        var events = await readStream.ReadAsync(id, 1, token);
        return events.Count == 0 ? null : View(id, events);
    }

    private static bool Waits(MigrationView view) => view is { Phase: Phase.Pending, WaitedMs: not null };

    private async Task<ImmutableDictionary<Guid, QueuePlace>> QueueAsync(CancellationToken token) =>
        Admission.Queue(await lines.LookAsync(token), time.GetUtcNow());

    // Whose turn came between the two looks has no place any more.
    private static MigrationView WithPlace(MigrationView view, ImmutableDictionary<Guid, QueuePlace> queue) =>
        view with { Queue = queue.GetValueOrDefault(view.MigrationId) };

    private MigrationView View(Guid id, IReadOnlyList<RecordedEvent> events) => MigrationTimeline.Of(
        id, [.. events.Select(one => ((IMigrationMessage)one.Data, one.Timestamp))], time.GetUtcNow());

    private async Task<List<Guid>> NewestAsync(int limit, CancellationToken token)
    {
        await using var command = store.CreateCommand(
            "select id from mt_streams where type = 'migration' order by created desc limit $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var ids = new List<Guid>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            ids.Add(rows.GetGuid(0));
        }

        return ids;
    }
}

/// <summary>One event as the API gives it.</summary>
internal sealed record EventBody(long Version, long Sequence, string Type, DateTimeOffset At, object Data);

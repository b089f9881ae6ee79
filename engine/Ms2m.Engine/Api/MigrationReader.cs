using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Turns;
using Ms2m.EventLog.Streams;
using Ms2m.History.ReadModels;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Api;

/// <summary>Reads migrations from the event log.</summary>
internal sealed class MigrationReader(
    ReadModels readModels,
    MigrationTable table,
    ReadStream readStream,
    AppendedListener appended,
    LineReader lines,
    TimeProvider time)
{
    public async Task<MigrationView?> ViewAsync(Guid id, CancellationToken token) =>
        await ReadAsync(id, token) is not { } view ? null
        : Waits(view) ? WithPlace(view, await QueueAsync(token))
        : view;

    public async Task<IReadOnlyList<MigrationView>> ListAsync(
        string? workload, bool? active, int limit, CancellationToken token)
    {
        if (workload is not null && !Names.IsValid(workload))
        {
            // Nothing has such a name, and the store cannot be asked for every text.
            return [];
        }

        await readModels.CatchUpAsync(token);
        var views = new List<MigrationView>();
        foreach (var row in await table.NewestAsync(new MigrationFilter(workload, active), limit, token))
        {
            // The times of one that is under way go on after its last event.
            views.Add(row.Finished ? row : await ReadAsync(row.MigrationId, token) ?? row);
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
                return [.. events.Select(EventBody.Of)];
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

}

using Ms2m.Engine.Cluster;
using Ms2m.EventLog.Outbox;
using Ms2m.EventLog.Projections;
using Ms2m.EventLog.Slots;
using Ms2m.History.ReadModels;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Measuring;

/// <summary>What the store says about all engines' work at one moment.</summary>
public sealed record StoreLook(
    int InFlight, int Queued, long OutboxMessages, double OutboxOldestSeconds, long ReadSideLag, int NodesUp, int Nodes);

/// <summary>Takes that look.</summary>
public sealed class StoreLooker(
    NpgsqlDataSource store, ClusterReader cluster, Projector projector, MigrationRows rows, TimeProvider time)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <returns>Null when the store does not answer.</returns>
    public async Task<StoreLook?> LookAsync(CancellationToken token)
    {
        try
        {
            return await TakeAsync(token).WaitAsync(_patience, time, token);
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<StoreLook> TakeAsync(CancellationToken token)
    {
        var slots = await store.SlotsAsync(token);
        var (messages, oldest) = await store.OutboxDepthAsync(token);
        var (mark, newest) = await projector.LookAsync(rows.Name, token);
        var nodes = (await cluster.NodesAsync(token)).ToList();
        var now = time.GetUtcNow();
        return new StoreLook(
            slots.Count(slot => slot.StartedAt is not null), slots.Count(slot => slot.StartedAt is null),
            messages, oldest.TotalSeconds, Math.Max(0, newest - mark),
            nodes.Count(node => RequestCheck.Silence(node, now) is null), nodes.Count);
    }
}

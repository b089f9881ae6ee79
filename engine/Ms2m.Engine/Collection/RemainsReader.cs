using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Saga;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Collection;

/// <summary>Looks at broker, nodes and log together for what dead migrations have left.</summary>
internal sealed class RemainsReader(
    ClusterReader cluster, ManagementApi management, BrokerUsers users, DocumentTable<MigrationSaga, Guid> sagas, ReadStream streams,
    NpgsqlDataSource store, TimeProvider time)
{
    /// <summary>Containers are matched against the newest migrations; queues and checkpoints name their own.</summary>
    private const int Newest = 500;

    public async Task<ImmutableArray<Garbage>> LookAsync(CancellationToken token)
    {
        var nodes = (await cluster.NodesAsync(token)).ToArray();
        var queues = (await management.LooksAsync(token)).Select(queue => queue.Name).ToArray();
        Guid[] named =
        [
            .. nodes.SelectMany(node => node.Holdings ?? []).Select(holding => holding.MigrationId),
            .. queues.Select(Collector.MigrationOfQueue).OfType<Guid>(),
        ];
        var known = new Dictionary<Guid, Past>();
        foreach (var (saga, modified) in await sagas.LoadNewestAsync(store, Newest, named, token))
        {
            known[saga.CorrelationId] = Past.Of(
                saga.CorrelationId, saga.State, await CommittedAsync(saga, token), modified);
        }

        return Collector.Look(nodes, queues, await users.NamesAsync(token), known, time.GetUtcNow());
    }

    // The state of an ended migration does not tell; only after a failure does it matter.
    private async Task<bool> CommittedAsync(MigrationSaga saga, CancellationToken token) =>
        saga.State is MigrationState.Ended { Outcome: Phase.Failed }
        && (await streams.ReadAsync(saga.CorrelationId, 1, token)).Any(one => one.Data is PromotionCommitted);
}

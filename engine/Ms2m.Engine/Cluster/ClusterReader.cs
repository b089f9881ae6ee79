using Ms2m.Contracts;
using Ms2m.EventLog;
using Ms2m.EventLog.Documents;
using Npgsql;

namespace Ms2m.Engine.Cluster;

/// <summary>What the engine knows of the nodes, from their newest reports.</summary>
public sealed class ClusterReader(DocumentTable<NodeView, string> views, NpgsqlDataSource store)
{
    public Task<IReadOnlyList<NodeView>> ViewsAsync(CancellationToken token) => views.LoadAllAsync(store, token);

    /// <summary>The reports, each dated by when the engine got it.</summary>
    public async Task<IEnumerable<NodeReported>> NodesAsync(CancellationToken token) =>
        (await ViewsAsync(token)).Select(view => view.Report with { At = view.ReceivedAt });

    /// <summary>Whether the node's newest report names the instance. No newer one comes in between until the session ends.</summary>
    public async Task<bool> ShowsAsync(PgSession session, string node, string instance, CancellationToken token) =>
        await views.LoadForUpdateAsync(session, node, token) is { } known
        && known.Value.Report.Instances.Any(one => one.InstanceId == instance);
}

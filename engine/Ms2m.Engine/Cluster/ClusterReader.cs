using Ms2m.Contracts;
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

    /// <summary>Whether the node's newest report names the instance.</summary>
    public async Task<bool> ShowsAsync(string node, string instance, CancellationToken token) =>
        (await ViewsAsync(token)).Any(view => view.Report.Node == node && view.Report.Instances.Any(one => one.InstanceId == instance));
}

using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>The client before a real server.</summary>
public sealed class ServerTests(RealClusterConnection cluster) : IClassFixture<RealClusterConnection>
{
    [RealClusterFact]
    public async Task the_server_says_its_version()
    {
        var version = await cluster.Client.VersionAsync(default);

        Assert.Null(version.Problem);
        Assert.StartsWith("v1.", version.Value, StringComparison.Ordinal);
    }

    [RealClusterFact]
    public async Task the_items_of_a_list_say_what_they_are()
    {
        var nodes = await cluster.Client.ListAsync(Kinds.Nodes, Selection.All, default);

        Assert.Null(nodes.Problem);
        Assert.NotEmpty(nodes.Value.Items);
        Assert.All(nodes.Value.Items, node => Assert.Equal("Node", node.Kind));
    }
}

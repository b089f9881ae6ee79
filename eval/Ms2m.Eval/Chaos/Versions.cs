using Ms2m.Cli.Api;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>What was tried, and on what.</summary>
internal static class Versions
{
    public static async Task<IReadOnlyDictionary<string, string>> Of(Cluster cluster, CancellationToken cancel)
    {
        var versions = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["dotnet"] = Environment.Version.ToString(),
            ["rabbitmq"] = await cluster.Broker.Version(cancel),
        };
        var nodes = (await cluster.Engine.Nodes(cancel)).As<List<NodeView>>();
        foreach (var (part, version) in nodes.FirstOrDefault(node => node.Up)?.Versions ?? new Dictionary<string, string>())
        {
            versions[part] = version;
        }

        return versions;
    }
}

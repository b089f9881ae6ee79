using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes.Kubernetes;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>The API server answers and names a runtime that is known here. A checkpoint of one runtime is of no use to
/// another, so its name travels with the node's report.</summary>
internal sealed class RuntimeOfNodeCheck(ThisNode node) : INodeCheck
{
    public const string Name = "runtime";

    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var loader = await node.LoaderAsync(cancel);
        return new NodeFeature(Name, !loader.Failed, loader.Trouble?.Reason.Message ?? node.Runtime ?? "unknown");
    }
}

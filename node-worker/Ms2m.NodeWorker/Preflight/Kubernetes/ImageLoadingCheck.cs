using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes.Kubernetes;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>A checkpoint's image can be given to this node's runtime.</summary>
internal sealed class ImageLoadingCheck(ThisNode node) : INodeCheck
{
    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var loader = await node.LoaderAsync(cancel);
        return loader.Failed
            ? new NodeFeature("image-loading", false, loader.Trouble.Reason.Message)
            : await loader.Value.LookAsync(cancel);
    }
}

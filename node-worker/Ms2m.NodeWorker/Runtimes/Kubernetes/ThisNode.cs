using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>What the API server knows of this node. It seldom changes and is asked for seldom.</summary>
internal sealed class ThisNode(IKubernetesApi api, WorkerOptions options, IEnumerable<IImageLoader> loaders, TimeProvider time)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(30);

    private static readonly string[] Restoring = [ContainerdImages.Name, CrioImages.Name];

    private Node? _node;
    private long _seen;

    /// <summary>As it is reported: <c>containerd 2.1.9</c>, <c>cri-o 1.37.0</c>; null when it is not known.</summary>
    public string? Runtime => _node?.Status?.NodeInfo?.ContainerRuntimeVersion?.Replace("://", " ", StringComparison.Ordinal);

    /// <summary>What was found last to load images; null before.</summary>
    public IImageLoader? Loader { get; private set; }

    public async Task<Outcome<Node>> LookAsync(CancellationToken cancel)
    {
        if (_node is { } known && time.GetElapsedTime(_seen) < Lasts)
            return known;
        var answer = await api.GetAsync(Kinds.Nodes, new ObjectName(null, options.Node), cancel);
        if (answer.Problem is { } problem)
            return _node is { } old && problem.IsPassing ? old : NodePods.TroubleOf($"show the node {options.Node}", problem);
        (_node, _seen) = (answer.Value, time.GetTimestamp());
        return answer.Value;
    }

    /// <summary>What gives images to this node's runtime.</summary>
    public async Task<Outcome<IImageLoader>> LoaderAsync(CancellationToken cancel)
    {
        var node = await LookAsync(cancel);
        if (node.Failed)
            return node.Trouble;
        var version = node.Value.Status?.NodeInfo?.ContainerRuntimeVersion ?? "";
        var runtime = version.Split("://")[0];
        if (!Restoring.Contains(runtime))
            return NodeFailures.ImageNotLoaded($"'{version}' is no runtime that restores containers");
        var wanted = options.Kubernetes?.Images == ImageWay.Registry ? RegistryImages.Name : runtime;
        Loader = loaders.FirstOrDefault(loader => loader.For == wanted);
        return Loader is { } loader
            ? Outcome<IImageLoader>.Of(loader)
            : NodeFailures.ImageNotLoaded($"nothing here loads images into {runtime}");
    }
}

using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>What does not work where containers are pods', and is asked for by its name.</summary>
public sealed class NotOfPods(string name) : INodeCheck
{
    public bool IsEssential => false;

    public Task<NodeFeature> LookAsync(CancellationToken cancel) =>
        Task.FromResult(new NodeFeature(name, false, "containers are pods' here"));
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Whether checkpoints can travel through a registry from and to this node.</summary>
public sealed class RegistryCheck(WorkerOptions options) : INodeCheck
{
    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        const string name = "registry";
        if (options.Registry is not { } place)
            return new NodeFeature(name, false, "MS2M_REGISTRY is not set");
        using var registry = new RegistryClient(place);
        return await registry.PingAsync(cancel) is { } trouble
            ? new NodeFeature(name, false, trouble.Reason.Message)
            : new NodeFeature(name, true, place.Address.ToString());
    }
}

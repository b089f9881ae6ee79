using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Whether checkpoints can travel through a registry from and to this node.</summary>
public sealed class RegistryCheck(WorkerOptions options) : INodeCheck
{
    private const string Name = "registry";

    /// <summary>The node's report waits for it, and a node that does not report is taken for dead.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        if (options.Registry is not { } place)
            return new NodeFeature(Name, false, "MS2M_REGISTRY is not set");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Patience);
        try
        {
            using var registry = new RegistryClient(place);
            return await registry.PingAsync(limited.Token) is { } trouble
                ? new NodeFeature(Name, false, trouble.Reason.Message)
                : new NodeFeature(Name, true, place.Address.ToString());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new NodeFeature(Name, false, $"{place.Address} does not answer in time");
        }
    }
}

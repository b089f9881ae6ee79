using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Whether this node keeps memory of workloads that name it as their standby node.</summary>
public sealed class StandbyCheck(WorkerOptions options) : INodeCheck
{
    public bool IsEssential => false;

    public Task<NodeFeature> LookAsync(CancellationToken cancel) => Task.FromResult(options is { BaseSeconds: > 0, BaseShare: > 0 }
        ? new NodeFeature(Standby.Feature, true, string.Create(
            CultureInfo.InvariantCulture, $"for {options.BaseSeconds} s at most, {options.BaseShare} % of the space for checkpoints"))
        : new NodeFeature(Standby.Feature, false, "it is to keep no memory of workloads (MS2M_BASE_SECONDS, MS2M_BASE_SHARE)"));
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>A bridge on which workloads may have addresses of their own.</summary>
public sealed class WorkloadNetworkCheck(WorkerOptions options) : INodeCheck
{
    public bool IsEssential => false;

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var detail = options.WorkloadBridge is not { } bridge ? "MS2M_WORKLOAD_BRIDGE is not set"
            : Directory.Exists($"/sys/class/net/{bridge}/bridge") ? null : $"{bridge} is no bridge";
        return Task.FromResult(new NodeFeature("workload-network", detail is null, detail ?? options.WorkloadBridge!));
    }
}

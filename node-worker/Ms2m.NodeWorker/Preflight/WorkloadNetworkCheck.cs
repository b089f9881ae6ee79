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
            : !Directory.Exists($"/sys/class/net/{bridge}/bridge") ? $"{bridge} is no bridge"
            : Says("net/bridge/bridge-nf-call-iptables", "1") && !Says("net/netfilter/nf_conntrack_tcp_be_liberal", "1")
                ? "the node's firewall may drop what a connection says that has moved: set net.bridge.bridge-nf-call-iptables to 0 "
                    + "or net.netfilter.nf_conntrack_tcp_be_liberal to 1"
            : null;
        return Task.FromResult(new NodeFeature("workload-network", detail is null, detail ?? options.WorkloadBridge!));
    }

    /// <summary>What is not there, says nothing.</summary>
    private static bool Says(string setting, string value) =>
        File.Exists($"/proc/sys/{setting}") && File.ReadAllText($"/proc/sys/{setting}").Trim() == value;
}

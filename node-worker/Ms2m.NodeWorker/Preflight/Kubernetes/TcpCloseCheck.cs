using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>Whether the node's CRIU is told to let go of connections: without it no container that has one can be dumped. Where
/// the file is not mounted, only an attempt tells.</summary>
public sealed class TcpCloseCheck(WorkerOptions options) : INodeCheck
{
    public bool IsEssential => false;

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var file = (options.Kubernetes ?? new KubernetesSettings()).CriuConfiguration;
        var says = File.Exists(file) && File.ReadLines(file).Any(line => line.Trim() == "tcp-close");
        return Task.FromResult(new NodeFeature("tcp-close", says,
            says ? file : File.Exists(file) ? $"{file} has no line tcp-close" : $"{file} is not there, or not mounted"));
    }
}

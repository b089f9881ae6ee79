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
        if (!File.Exists(file))
            return Task.FromResult(new NodeFeature("tcp-close", false, $"{file} is not there, or not mounted"));
        var lines = File.ReadLines(file).Select(line => line.Trim()).ToHashSet();
        var says = lines.Contains("tcp-close");
        return Task.FromResult(new NodeFeature("tcp-close", says,
            !says ? $"{file} has no line tcp-close"
            : lines.Contains("file-locks") ? file
            : $"{file}, without a line file-locks: who has a file locked, as .NET has those that it writes, cannot be dumped"));
    }
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Whether volumes can travel while their workload runs.</summary>
public sealed class RsyncCheck : INodeCheck
{
    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel) => await Rsync.VersionAsync(cancel) is { } version
        ? new NodeFeature("rsync", true, version)
        : new NodeFeature("rsync", false, "there is none: volumes are packed while their workload stands still");
}

using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>The second version of control groups: its freezer stops a container's processes at one stroke.</summary>
public sealed class ControlGroupCheck : INodeCheck
{
    private const string Root = "/sys/fs/cgroup";

    public bool IsEssential => false;

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var second = File.Exists(Path.Combine(Root, "cgroup.procs"));
        return Task.FromResult(new NodeFeature("cgroup-v2", second, second ? Root : $"{Root} is not the second version"));
    }
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Preflight.Kubernetes;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>A feature of CRIU and kernel that only some ways of moving memory use.</summary>
/// <param name="name">As it is reported.</param>
/// <param name="feature">As CRIU calls it.</param>
/// <param name="inNode">Whether the worker is in a container of its own, where there is no CRIU.</param>
public sealed class CriuFeatureCheck(string name, string feature, bool inNode = false) : INodeCheck
{
    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        string[] command = [.. inNode ? CriuOfNodeCheck.Enter : [], "criu", "check", "--feature", feature];
        var (code, said) = await Probe.RunAsync(command[0], command[1..], cancel);
        return new NodeFeature(name, code == 0, Probe.LastLine(said));
    }
}

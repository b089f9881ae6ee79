using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>A feature of CRIU and kernel that only some ways of moving memory use.</summary>
/// <param name="name">As it is reported.</param>
/// <param name="feature">As CRIU calls it.</param>
public sealed class CriuFeatureCheck(string name, string feature) : INodeCheck
{
    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var (code, said) = await Probe.RunAsync("criu", ["check", "--feature", feature], cancel);
        return new NodeFeature(name, code == 0, Probe.LastLine(said));
    }
}

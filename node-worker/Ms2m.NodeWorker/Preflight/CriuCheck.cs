using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>CRIU's own judgement of the kernel it runs on.</summary>
public sealed class CriuCheck : INodeCheck
{
    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var (code, said) = await Probe.RunAsync("criu", ["check"], cancel);
        return new NodeFeature("criu-check", code == 0, Probe.LastLine(said));
    }
}

using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>runc is there; crun's restore asks for rights that machines inside machines often lack.</summary>
public sealed class RuncCheck : INodeCheck
{
    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var (code, said) = await Probe.RunAsync("runc", ["--version"], cancel);
        var first = said.Split('\n')[0];
        return new NodeFeature("runc", code == 0, first.Replace("runc version ", "", StringComparison.Ordinal));
    }
}

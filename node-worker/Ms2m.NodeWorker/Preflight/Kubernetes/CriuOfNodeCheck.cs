using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>The CRIU that the node's runtime would find, which is not one of the worker's own. Where the worker may not enter the
/// node, only an attempt tells.</summary>
public sealed class CriuOfNodeCheck : INodeCheck
{
    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var (code, said) = await Probe.RunAsync("nsenter", ["--target", "1", "--mount", "--", "criu", "--version"], cancel);
        return code == 0 && CriuVersionCheck.Parse(said) is { } version
            ? new NodeFeature("criu", true, version.ToString())
            : new NodeFeature("criu", false, $"the node's CRIU was not found: {Probe.LastLine(said)}");
    }
}

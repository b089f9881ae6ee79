using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight.Kubernetes;

/// <summary>The CRIU that the node's runtime would find, which is not one of the worker's own. Where the worker may not enter the
/// node, only an attempt tells.</summary>
public sealed class CriuOfNodeCheck : INodeCheck
{
    /// <summary>Before a command that is to run where the node's runtime runs: it takes the node's processes (hostPID).</summary>
    internal static readonly string[] Enter = ["nsenter", "--target", "1", "--mount", "--"];

    public bool IsEssential => false;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var (code, said) = await Probe.RunAsync(Enter[0], [.. Enter[1..], "criu", "--version"], cancel);
        return code == 0 && CriuVersionCheck.Parse(said) is { } version
            ? new NodeFeature("criu", true, version.ToString())
            : new NodeFeature("criu", false, $"the node's CRIU was not found: {Probe.LastLine(said)}");
    }
}

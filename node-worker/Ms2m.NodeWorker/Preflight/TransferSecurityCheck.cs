using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Whether checkpoints travel encrypted between nodes that prove who they are. A certificate that has run out
/// since the start shows here first.</summary>
public sealed class TransferSecurityCheck(ITransferSecurity security) : INodeCheck
{
    public bool IsEssential => true;

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var problem = security.Problem();
        return Task.FromResult(new NodeFeature("transfer-security", problem is null,
            problem ?? (security is MutualTls ? "TLS 1.3, certificates on both sides" : "INSECURE: none")));
    }
}

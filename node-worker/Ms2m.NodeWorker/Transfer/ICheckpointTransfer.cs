using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Brings a checkpoint from the node it was made on to the node that will restore it.</summary>
public interface ICheckpointTransfer
{
    /// <summary>Whether the target would be there. To be asked before a source is stopped that nobody could move then.</summary>
    /// <returns>Why not; null when it answers.</returns>
    Task<Trouble?> ReachAsync(TransferOrder order, CancellationToken cancel);

    /// <summary>Sends a folder that is still being filled.</summary>
    /// <param name="dump">Ends when the folder is complete; when it ends with trouble, that is the answer.</param>
    Task<Outcome<Sent>> SendAsync(TransferOrder order, string folder, Task<Outcome<Dump>> dump, CancellationToken cancel);
}

/// <param name="Url">The target's address for this checkpoint.</param>
/// <param name="TargetNode">Who must answer at that address.</param>
/// <param name="Token">A secret.</param>
public sealed record TransferOrder(Uri Url, string TargetNode, string Token, long MaxBytes)
{
    public TransferOptions Options { get; init; } = new();

    /// <summary>Why nothing can go to the target from here; null when it can.</summary>
    internal Trouble? RefuseBy(ITransferSecurity security)
    {
        if (Url.Scheme != security.Scheme)
        {
            return NodeFailures.TargetNotProven(
                TargetNode, $"it takes checkpoints by {Url.Scheme}, this node sends by {security.Scheme}.");
        }
        return security.Problem() is { } problem ? NodeFailures.OwnCertificateUnfit(problem) : null;
    }
}

/// <param name="Bytes">Sum of the files' lengths.</param>
/// <param name="Digest">See <see cref="CheckpointDigest"/>; the target has computed the same.</param>
/// <param name="TransferMs">From the first byte to the target's confirmation.</param>
/// <param name="WireBytes">Frames as they went onto the wire, repeated ones too; not what HTTP and TLS add.</param>
public sealed record Sent(long Bytes, string Digest, double TransferMs, long WireBytes);

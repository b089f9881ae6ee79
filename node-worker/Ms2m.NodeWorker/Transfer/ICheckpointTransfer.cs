using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>Brings a checkpoint from the node it was made on to the node that will restore it.</summary>
public interface ICheckpointTransfer
{
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
}

/// <param name="Bytes">Sum of the files' lengths.</param>
/// <param name="Digest">See <see cref="CheckpointDigest"/>; the target has computed the same.</param>
/// <param name="TransferMs">From the first byte to the target's confirmation.</param>
/// <param name="WireBytes">Frames as they went onto the wire, repeated ones too; not what HTTP and TLS add.</param>
public sealed record Sent(long Bytes, string Digest, double TransferMs, long WireBytes);

namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>This node's consent to take memory of a workload whose standby node it is.</summary>
/// <param name="SourceNode">The only node that may send it.</param>
/// <param name="TokenDigest">SHA-256 of the token; the token itself is kept nowhere.</param>
/// <param name="Until">Nobody may begin to send later.</param>
internal sealed record ExpectedBase(
    Guid RoundId, string Workload, string SourceNode, string TokenDigest, long MaxBytes, int EverySeconds, DateTimeOffset Until);

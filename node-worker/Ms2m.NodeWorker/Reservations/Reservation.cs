using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Reservations;

/// <summary>This node's promise to take one migration's checkpoint.</summary>
/// <param name="Attempt">Of the command that made it; part of the transfer's address.</param>
/// <param name="SourceNode">The only node that may send it.</param>
/// <param name="TokenDigest">SHA-256 of the token; the token itself is kept nowhere.</param>
public sealed record Reservation(
    Guid MigrationId, int Attempt, string InstanceId, WorkloadSpec Spec, string SourceNode, string TokenDigest,
    long ExpectedBytes, long MaxBytes)
{
    /// <summary>As in <see cref="ReserveTarget"/>.</summary>
    public bool PostCopy { get; init; }
}

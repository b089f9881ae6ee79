namespace Ms2m.Migrations;

/// <summary>How many migrations may run at the same time. More at once makes each of them slower: they share the node's
/// processors while CRIU freezes and restores, and the network while checkpoints travel.</summary>
/// <param name="Outgoing">From one node.</param>
/// <param name="Incoming">To one node.</param>
/// <param name="Total">In the whole cluster.</param>
public sealed record AdmissionLimits(int Outgoing = 2, int Incoming = 2, int Total = 5)
{
    /// <summary>How long a migration may wait for its turn before it is rejected.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromHours(1);
}

namespace Ms2m.Checker;

/// <summary>What a workload sent for one message.</summary>
/// <param name="Id">Of the receipt itself: the same for a repeat.</param>
/// <param name="Name">Of the message.</param>
/// <param name="Ordinal">The workload's count when it had applied the message.</param>
/// <param name="Digest">The workload's digest then.</param>
/// <param name="ArrivedAt">Here.</param>
public sealed record Receipt(
    string Id, string Name, string Publisher, long Seq, long Ordinal, string Digest, DateTimeOffset ArrivedAt);

namespace Ms2m.Checker;

/// <summary>What a workload sent for one message.</summary>
/// <param name="Id">Of the receipt itself: the same for a repeat. Also the same for a message that its publisher had to
/// publish twice, since it follows from the message's id; then only the place in the order tells the two apart.</param>
/// <param name="Name">Of the message.</param>
/// <param name="Ordinal">The workload's count when it had applied the message.</param>
/// <param name="Digest">The workload's digest then.</param>
/// <param name="ArrivedAt">Here.</param>
public sealed record Receipt(
    string Id, string Name, string Publisher, long Seq, long Ordinal, string Digest, DateTimeOffset ArrivedAt)
{
    /// <summary>What makes two receipts the same.</summary>
    public (string Id, long Ordinal) Key => (Id, Ordinal);
}

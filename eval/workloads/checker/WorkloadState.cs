namespace Ms2m.Checker;

/// <summary>What a workload answers when it is asked for its state.</summary>
/// <param name="Applied">Messages since its birth.</param>
/// <param name="Digest">Over (name, payload) of all of them, in order; hexadecimal.</param>
/// <param name="Gaps">Numbers of a publisher that were jumped over.</param>
/// <param name="Repeats">The publisher's last number once more.</param>
/// <param name="Regressions">A publisher's earlier number.</param>
public sealed record WorkloadState(
    string InstanceId, string Role, long Epoch, long Applied, string Digest,
    long Gaps, long Repeats, long Regressions, int Keys, IReadOnlyDictionary<string, long> PerPublisher);

namespace Ms2m.Kubernetes.Leading;

/// <summary>How long what lasts. The order of the three is what makes it safe: a leader stops before others may begin.</summary>
/// <param name="Lease">How long others wait after the last sign of the leader.</param>
/// <param name="GiveUp">How long after its last renewal a leader stops; shorter than <paramref name="Lease"/>.</param>
/// <param name="Renew">How often it renews; shorter than <paramref name="GiveUp"/>.</param>
public sealed record ElectionTimes(TimeSpan Lease, TimeSpan GiveUp, TimeSpan Renew)
{
    public static ElectionTimes Usual { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(5));
}

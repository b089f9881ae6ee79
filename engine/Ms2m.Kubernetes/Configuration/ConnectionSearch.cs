namespace Ms2m.Kubernetes.Configuration;

/// <summary>What was found when a way to a cluster was looked for. Neither a connection nor a problem: none is wanted.</summary>
/// <param name="Problem">For people: what is wrong, where, and nothing secret.</param>
public sealed record ConnectionSearch(KubernetesConnection? Connection, string? Problem)
{
    public static ConnectionSearch NotWanted { get; } = new(null, null);
}

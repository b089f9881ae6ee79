using System.Collections.Immutable;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>What a controller believes: each kind that it watches as it was at some moment, which may be long ago. Kinds are
/// heard of independently of each other, each in its own order.</summary>
internal sealed record View
{
    public static View Empty { get; } = new();

    public ImmutableSortedDictionary<ObjectKey, KubernetesObject> Known { get; init; } =
        ImmutableSortedDictionary<ObjectKey, KubernetesObject>.Empty;

    /// <summary>How many changes of a resource have been heard of.</summary>
    public ImmutableDictionary<string, int> Heard { get; init; } = ImmutableDictionary<string, int>.Empty;

    public int HeardOf(string resource) => Heard.GetValueOrDefault(resource);

    public View Hear(Change change) => this with
    {
        Known = change.Now is { } now ? Known.SetItem(change.Key, now) : Known.Remove(change.Key),
        Heard = Heard.SetItem(change.Key.Resource, HeardOf(change.Key.Resource) + 1),
    };

    public IEnumerable<T> All<T>(string resource)
        where T : KubernetesObject => Known.Where(one => one.Key.Resource == resource).Select(one => (T)one.Value);
}

using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Api;

/// <summary>One piece of news.</summary>
/// <param name="What">Null where there is none: see <see cref="WatchedKind"/>.</param>
public sealed record Watched<T>(WatchedKind Kind, T? What)
    where T : KubernetesObject;

public enum WatchedKind
{
    /// <summary>What follows, up to <see cref="Synchronized"/>, is all there is. Comes without an object.</summary>
    Restarted,

    /// <summary>It is there, newly or still.</summary>
    Present,

    /// <summary>As it last was.</summary>
    Gone,

    /// <summary>All of what there was has been told. Comes without an object.</summary>
    Synchronized,
}

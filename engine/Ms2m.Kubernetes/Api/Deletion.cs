namespace Ms2m.Kubernetes.Api;

/// <summary>How an object is to be deleted.</summary>
public sealed record Deletion
{
    /// <summary>Refused with 409 when the object of that name is another one.</summary>
    public string? Uid { get; init; }

    /// <summary>Refused with 409 when it has changed since.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>0 takes the object away without waiting for the node: only of a node that is dead for certain.</summary>
    public int? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; the kind's own default when absent.</summary>
    public string? Propagation { get; init; }
}

namespace Ms2m.Kubernetes.Resources;

public sealed record Lease : KubernetesObject
{
    public LeaseSpec? Spec { get; init; }
}

public sealed record LeaseSpec : Part
{
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    public int? LeaseTransitions { get; init; }

    /// <summary>With microseconds, as the server demands.</summary>
    public string? AcquireTime { get; init; }

    /// <summary>As above.</summary>
    public string? RenewTime { get; init; }
}

/// <summary>What <c>kubectl describe</c> shows of an object's fate; of the core group.</summary>
public sealed record CoreEvent : KubernetesObject
{
    public ObjectReference? InvolvedObject { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; init; }

    public int? Count { get; init; }

    public DateTimeOffset? FirstTimestamp { get; init; }

    public DateTimeOffset? LastTimestamp { get; init; }

    public EventSource? Source { get; init; }
}

public sealed record EventSource : Part
{
    public string? Component { get; init; }
}

public sealed record ObjectReference : Part
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }
}

public sealed record PodDisruptionBudget : KubernetesObject
{
    public BudgetSpec? Spec { get; init; }

    public BudgetStatus? Status { get; init; }
}

public sealed record BudgetSpec : Part
{
    public LabelSelector? Selector { get; init; }
}

public sealed record BudgetStatus : Part
{
    public int DisruptionsAllowed { get; init; }
}

/// <summary>Asks whether we may do something.</summary>
public sealed record SelfSubjectAccessReview : KubernetesObject
{
    public AccessSpec? Spec { get; init; }

    public AccessStatus? Status { get; init; }
}

public sealed record AccessSpec : Part
{
    public ResourceAttributes? ResourceAttributes { get; init; }
}

public sealed record ResourceAttributes : Part
{
    public string? Namespace { get; init; }

    public required string Verb { get; init; }

    public string? Group { get; init; }

    public required string Resource { get; init; }

    public string? Subresource { get; init; }
}

public sealed record AccessStatus : Part
{
    public bool Allowed { get; init; }

    public string? Reason { get; init; }
}

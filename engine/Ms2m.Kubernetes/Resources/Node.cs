namespace Ms2m.Kubernetes.Resources;

public sealed record Node : KubernetesObject
{
    public NodeSpec? Spec { get; init; }

    public NodeStatus? Status { get; init; }
}

public sealed record NodeSpec : Part
{
    public bool? Unschedulable { get; init; }

    public IReadOnlyList<Taint>? Taints { get; init; }
}

public sealed record Taint : Part
{
    public required string Key { get; init; }

    public string? Value { get; init; }

    public required string Effect { get; init; }
}

public sealed record NodeStatus : Part
{
    public IReadOnlyList<Condition>? Conditions { get; init; }

    public IReadOnlyList<NodeAddress>? Addresses { get; init; }

    public NodeInfo? NodeInfo { get; init; }

    /// <summary>The largest ones only: the kubelet names fifty unless it is told otherwise.</summary>
    public IReadOnlyList<NodeImage>? Images { get; init; }
}

public sealed record NodeAddress : Part
{
    public required string Type { get; init; }

    public required string Address { get; init; }
}

public sealed record NodeInfo : Part
{
    /// <summary><c>containerd://2.1.9</c> or <c>cri-o://1.37.0</c></summary>
    public string? ContainerRuntimeVersion { get; init; }

    public string? KubeletVersion { get; init; }

    public string? KernelVersion { get; init; }

    public string? Architecture { get; init; }
}

public sealed record NodeImage : Part
{
    public IReadOnlyList<string>? Names { get; init; }

    public long? SizeBytes { get; init; }
}

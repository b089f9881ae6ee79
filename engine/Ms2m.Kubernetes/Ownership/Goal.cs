using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>What is to become of an instance's pod.</summary>
/// <param name="Former">Of an adoption: the instance whose pod goes instead.</param>
/// <param name="LeavesFirst">Of a check: the pod goes before its copy comes.</param>
public sealed record Goal(Aim Aim, WorkloadPod Pod, string Instance, string? Former = null, bool LeavesFirst = false)
{
    public ObjectName Owner => new(Pod.Namespace, Pod.OwnerName ?? "");
}

public enum Aim
{
    /// <summary>To know whether it can be done at all.</summary>
    Check,

    /// <summary>The name is free, and its owner makes no other of that name.</summary>
    Release,

    /// <summary>Of a release that is taken back: the pod stays and nobody ends it; or, as it goes already, the name is
    /// free.</summary>
    Settle,

    /// <summary>The pod is its owner's.</summary>
    Adopt,
}

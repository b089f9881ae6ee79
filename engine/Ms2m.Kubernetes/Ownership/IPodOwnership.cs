using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>Takes a pod out of its owner's hands and gives it back, so that at no moment the owner has a reason to make an
/// empty one that would be let in. Each may be repeated, and looks at what is there before it does anything. Each waits for as
/// long as it is let: whoever cancels hears what it waited for last, as <see cref="ApiProblem.Waiting"/>.</summary>
public interface IPodOwnership
{
    /// <summary>Touches nothing: whether the owner of an instance's pod can be dealt with at all; the problem says why not, and
    /// what to do.</summary>
    /// <param name="leavesFirst">Whether the pod goes before its copy comes: then a volume that only one node may have is no
    /// obstacle.</param>
    Task<ApiAnswer<Done>> CheckAsync(WorkloadPod pod, string instance, bool leavesFirst, CancellationToken cancel);

    /// <summary>Lets the source's pod go and keeps its owner from making another of that name. Done when no pod has the
    /// name.</summary>
    Task<ApiAnswer<Done>> ReleaseNameAsync(WorkloadPod pod, string instance, CancellationToken cancel);

    /// <summary>Ends a release that is taken back, however far it has come. A source's pod that has not begun to go stays its
    /// owner's; else all is done so that the name is free, and the source may be restored under it.</summary>
    Task<ApiAnswer<Done>> SettleNameAsync(WorkloadPod pod, string instance, CancellationToken cancel);

    /// <summary>Lets an instance's pod be its owner's once it is ready, and the former instance's pod go. A pod without an
    /// owner gets the former one's labels. Done when the owner has as many as it wants and the instance's pod among
    /// them.</summary>
    Task<ApiAnswer<Done>> AdoptAsync(WorkloadPod pod, string instance, string? former, CancellationToken cancel);
}

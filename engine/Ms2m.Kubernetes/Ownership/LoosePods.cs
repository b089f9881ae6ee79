using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>A pod that nobody owns is known by its labels to services, budgets and network policies. The former pod loses
/// them before the copy gets them: in between a client of a service is refused, and asks again; the other way round it would
/// be answered, at times, by the instance that has handed over.</summary>
internal static class LoosePods
{
    public static ApiProblem? Check(Pod pod) =>
        pod.Metadata.Controller is { } owner ? OwnershipProblems.OwnedByAnother(pod, owner) : null;

    public static Act Adopt(Goal goal, Observed seen)
    {
        if (seen.Of(goal.Instance) is not { } copy)
        {
            return new Act.Refuse(OwnershipProblems.InstanceMissing(goal.Instance));
        }
        if (Pods.HasEnded(copy))
        {
            return new Act.Refuse(OwnershipProblems.InstanceEnded(copy));
        }
        if (Check(copy) is { } problem)
        {
            return new Act.Refuse(problem);
        }
        if (!copy.IsReady)
        {
            return new Act.Wait($"the pod {copy.Metadata.Name} to be ready");
        }
        var labels = PodLabels.ToTake(copy) ?? new Dictionary<string, string>();
        var former = seen.Of(goal.Former);
        // What says that it is ours stays on it: its worker must know it to remove it.
        var left = labels.Keys.Where(name => name != Markings.Workload && former?.Metadata.Label(name) is not null).ToList();
        return left.Count > 0 ? Act.Label(former!, left.ToDictionary(name => name, _ => (string?)null))
            : !PodLabels.Has(copy, labels) ? Act.Label(copy, PodLabels.Set(labels))
            : Act.Done;
    }
}

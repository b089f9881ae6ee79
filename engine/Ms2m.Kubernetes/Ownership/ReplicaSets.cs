using System.Globalization;
using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>A ReplicaSet knows its pods by their labels: with the copy it has one too many, and deletes the one that it can
/// best do without. Pods that are not ready go first, whatever they cost; among ready ones the cheaper. So the copy is ready
/// before it gets its labels, every other pod of the set is made cheap before, and the copy dear with its labels, in one
/// write: what the set makes in between costs nothing, which is cheaper.
/// <para>The copy stays dear: a pod that the set was about to make when the copy came may be seen only later, and no moment
/// can be told from which on there is none. It is the pod that holds the state, so that it goes last is as it should be.</para></summary>
internal static class ReplicaSets
{
    private const string Cheap = "-100";
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    /// <summary>The highest that there is: a user's own price is never above it.</summary>
    private static readonly string _dear = int.MaxValue.ToString(CultureInfo.InvariantCulture);

    public static ApiProblem? Check(Goal goal, Observed seen, Pod pod) =>
        CheckOwner(goal, seen) ?? (pod.Metadata.Controller?.Uid != seen.ReplicaSet!.Metadata.Uid
            ? OwnershipProblems.OwnedByAnother(pod, pod.Metadata.Controller)
            : null);

    public static Act Adopt(Goal goal, Observed seen)
    {
        var (set, copy) = (seen.ReplicaSet, seen.Of(goal.Instance));
        var members = seen.Pods.Where(pod => set is not null && pod.Metadata.Controller?.Uid == set.Metadata.Uid && !Pods.HasEnded(pod)).ToList();
        if (set is not null && copy is not null && !Pods.HasEnded(copy) && copy.Metadata.Controller?.Uid == set.Metadata.Uid)
        {
            return Settle(goal, set, copy, members);
        }
        var labels = copy is null ? null : PodLabels.ToTake(copy);
        if (Refuse(goal, seen, copy, labels) is { } problem)
        {
            if (problem.IsConflict)
            {
                return new Act.Wait(problem.Message);
            }
            // It stays as it is: what was made cheap for it is not to pay for it.
            return members.Find(pod => pod.Metadata.Annotation(Markings.DeletionCost) == Cheap && UsualCost(set!) != Cheap) is { } cheap
                ? Act.Price(cheap, UsualCost(set!))
                : new Act.Refuse(problem);
        }
        if (members.Find(pod => pod.Metadata.Annotation(Markings.DeletionCost) != Cheap) is { } other)
        {
            return Act.Price(other, Cheap);
        }
        return !copy!.IsReady ? new Act.Wait($"the pod {copy.Metadata.Name} to be ready")
            : !PodLabels.Has(copy, labels!) ? Act.Label(copy, PodLabels.Set(labels!), _dear)
            : new Act.Wait($"the ReplicaSet {set!.Metadata.Name} to take over {copy.Metadata.Name}");
    }

    private static Act Settle(Goal goal, ReplicaSet set, Pod copy, List<Pod> members) =>
        members.Count > (set.Spec?.Replicas ?? 1) ? new Act.Wait($"the ReplicaSet {goal.Pod.OwnerName} to delete the pod that it has too many")
            : !copy.IsReady ? new Act.Wait($"the pod {copy.Metadata.Name} to be ready")
            : Act.Done;

    private static ApiProblem? Refuse(Goal goal, Observed seen, Pod? copy, IReadOnlyDictionary<string, string>? labels) =>
        CheckOwner(goal, seen)
        ?? (copy is null ? OwnershipProblems.InstanceMissing(goal.Instance)
            : Pods.HasEnded(copy) ? OwnershipProblems.InstanceEnded(copy)
            : copy.Metadata.Controller is { } owner ? OwnershipProblems.OwnedByAnother(copy, owner)
            : labels is null ? OwnershipProblems.NoLabels(copy)
            : !PodLabels.Matches(seen.ReplicaSet!.Spec?.Selector, labels)
                ? OwnershipProblems.NotItsLabels(copy, "ReplicaSet", goal.Pod.OwnerName)
            : null);

    private static ApiProblem? CheckOwner(Goal goal, Observed seen)
    {
        if (seen.ReplicaSet is not { Metadata.IsGoing: false } set)
        {
            return OwnershipProblems.OwnerMissing("ReplicaSet", goal.Pod.OwnerName);
        }
        var deployment = set.Metadata.Controller is { Kind: "Deployment" } owner ? owner.Name : null;
        if (deployment is not null && seen.Deployment is null or { Metadata.IsGoing: true })
        {
            return OwnershipProblems.OwnerMissing("Deployment", deployment);
        }
        if (seen.Deployment is { Spec.Paused: true })
        {
            return OwnershipProblems.Paused(deployment);
        }
        if (seen.Deployment is not null && (seen.Deployment.Status?.ObservedGeneration ?? 0) < seen.Deployment.Metadata.Generation)
        {
            return OwnershipProblems.NotSeen("Deployment", deployment);
        }
        if (deployment is not null && seen.ReplicaSets.Any(one => Replaces(one, set)))
        {
            return OwnershipProblems.Rollout("Deployment", deployment);
        }
        if ((seen.Deployment?.Spec?.Replicas ?? 1) is not 1 and var wanted)
        {
            return OwnershipProblems.NotOne("Deployment", deployment, wanted);
        }
        return (set.Spec?.Replicas ?? 1) is not 1 and var replicas
            ? OwnershipProblems.NotOne("ReplicaSet", set.Metadata.Name, replicas)
            : null;
    }

    /// <summary>A later one of the same Deployment, or one that has pods still.</summary>
    private static bool Replaces(ReplicaSet other, ReplicaSet set) =>
        other.Metadata.Uid != set.Metadata.Uid
        && other.Metadata.Controller?.Uid == set.Metadata.Controller?.Uid
        && ((other.Spec?.Replicas ?? 1) > 0 || Revision(other) > Revision(set));

    private static long Revision(ReplicaSet set) => long.TryParse(
        set.Metadata.Annotation(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    /// <summary>What a pod costs that is fresh from the template.</summary>
    private static string? UsualCost(ReplicaSet set) =>
        set.Spec?.Others?.GetValueOrDefault("template") is { ValueKind: JsonValueKind.Object } template
        && template.TryGetProperty("metadata", out var meta) && meta.TryGetProperty("annotations", out var annotations)
        && annotations.ValueKind == JsonValueKind.Object && annotations.TryGetProperty(Markings.DeletionCost, out var cost)
            ? cost.GetString()
            : null;
}

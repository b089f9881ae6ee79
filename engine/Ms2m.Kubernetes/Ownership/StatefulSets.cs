using System.Globalization;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>A StatefulSet knows its pods by name, so the copy has the source's name and the source goes first. Its replica
/// count is the switch: one less than it takes to have the pod, and it makes none of that name. Nothing has to be remembered
/// to set it back, because the pod's ordinal tells the count with and without it.
/// <para>The controller acts on what it last heard, of the set and of the pods apart, and deletes by name whoever has it. Three
/// waits close what would else be gaps.</para>
/// <para>The pod is held by a finalizer until the controller has said that it knows the lower count and counts the pod: should
/// the pod go by itself meanwhile, no other is made in its place.</para>
/// <para>The name is not free before the controller has said that it counts one pod less: until then it may delete whoever has
/// the name, our copy too.</para>
/// <para>The copy gets its labels only when the controller has said that it knows the higher count: by the lower one it would
/// delete the copy as one too many.</para></summary>
internal static class StatefulSets
{
    public static ApiProblem? Check(StatefulSet? set, Goal goal, Pod pod)
    {
        if (set is null or { Metadata.IsGoing: true })
        {
            return OwnershipProblems.OwnerMissing("StatefulSet", goal.Pod.OwnerName);
        }
        if (pod.Metadata.Controller is not { } owner || owner.Uid != set.Metadata.Uid || Index(set, goal) is not { } index)
        {
            return OwnershipProblems.OwnedByAnother(pod, pod.Metadata.Controller);
        }
        var replicas = Replicas(set);
        return replicas != index + 1 ? OwnershipProblems.NotTheLast(set, pod.Metadata.Name!, Start(set) + replicas - 1)
            : !HasHeard(set) ? OwnershipProblems.NotSeen("StatefulSet", set.Metadata.Name)
            : WouldReplace(set, index, pod.Metadata.Label(Markings.Revision)) ? OwnershipProblems.Rollout("StatefulSet", set.Metadata.Name)
            : set.Spec is { VolumeClaimTemplates.Count: > 0, PersistentVolumeClaimRetentionPolicy.WhenScaled: "Delete" }
                ? OwnershipProblems.ClaimsWouldGo(set)
            : set.Spec?.PodManagementPolicy != "Parallel" && (set.Status?.ReadyReplicas ?? 0) + (pod.IsReady ? 0 : 1) < replicas
                ? OwnershipProblems.NotAllReady(set)
            : null;
    }

    public static Act Release(Goal goal, Observed seen)
    {
        var (set, pod) = (seen.StatefulSet, seen.Named);
        if (pod?.Metadata.Label(Markings.Instance) is { } holder && holder != goal.Instance)
        {
            // It was free: a copy has it. Whoever repeats this late must not take it from the copy.
            return Act.Done;
        }
        var act = Free(goal, seen, set, pod);
        return act is Act.Refuse && IsHeld(pod) ? Act.LetGo(pod!) : act;
    }

    /// <summary>A pod that has not begun to go is kept: the higher count first, and it is let go when the controller works by
    /// it. One that has is released to the end, since until then the controller may still delete whoever has the name, and the
    /// source's pod, as long as it is there in any form, keeps the source from being restored.</summary>
    public static Act Settle(Goal goal, Observed seen)
    {
        var (set, pod) = (seen.StatefulSet, seen.Named);
        if (set is null or { Metadata.IsGoing: true })
        {
            // Nobody deletes or makes pods of that name any more.
            return IsHeld(pod) ? Act.LetGo(pod!) : Act.Done;
        }
        if (pod is null || Pods.HasEnded(pod) || pod.Metadata.Label(Markings.Instance) != goal.Instance || Index(set, goal) is not { } index)
        {
            return Release(goal, seen);
        }
        var replicas = Replicas(set);
        return replicas == index ? new Act.Scale(goal.Owner, index + 1, set.Metadata.ResourceVersion!)
            : replicas > index && !HasHeard(set) ? new Act.Wait($"the StatefulSet {set.Metadata.Name} to notice that it has more replicas")
            : IsHeld(pod) ? Act.LetGo(pod)
            : replicas > index ? Act.Done
            : new Act.Refuse(OwnershipProblems.ScaledMeanwhile(set, index + 1));
    }

    private static Act Free(Goal goal, Observed seen, StatefulSet? set, Pod? pod)
    {
        if (set is null or { Metadata.IsGoing: true } || Index(set, goal) is not { } index)
        {
            return new Act.Refuse(OwnershipProblems.OwnerMissing("StatefulSet", goal.Pod.OwnerName));
        }
        var replicas = Replicas(set);
        if (replicas == index + 1)
        {
            // Without the source, which has gone by itself, there is nothing to protect: its owner is to stop making others.
            var isSource = pod is not null && pod.Metadata.Label(Markings.Instance) == goal.Instance && !Pods.HasEnded(pod);
            return isSource && Check(set, goal, pod!) is { } problem ? Act.WaitOrRefuse(problem)
                : pod is null ? new Act.Wait($"the StatefulSet {set.Metadata.Name} to make {goal.Pod.FixedName} anew")
                : IsHeld(pod) ? new Act.Scale(goal.Owner, index, set.Metadata.ResourceVersion!)
                // Nothing new may hold what is going; it goes on its own, and another comes.
                : !pod.Metadata.IsGoing ? Act.Hold(pod)
                : IsLost(seen.Node) ? Act.WaitWhile(OwnershipProblems.NodeLost(pod))
                : new Act.Wait($"the pod {goal.Pod.FixedName} to be gone");
        }
        if (replicas != index)
        {
            return new Act.Refuse(OwnershipProblems.ScaledMeanwhile(set, index));
        }
        if (!HasHeard(set))
        {
            return new Act.Wait($"the StatefulSet {set.Metadata.Name} to notice that it has fewer replicas");
        }
        var counts = (set.Status?.Replicas ?? 0) > index;
        return pod is not null && IsHeld(pod)
            ? counts ? Act.LetGo(pod) : new Act.Wait($"the StatefulSet {set.Metadata.Name} to notice {goal.Pod.FixedName}")
            : pod is { Metadata.IsGoing: true } && IsLost(seen.Node) ? Act.WaitWhile(OwnershipProblems.NodeLost(pod))
            : pod is not null ? new Act.Wait($"the pod {goal.Pod.FixedName} to be gone")
            : counts ? new Act.Wait($"the StatefulSet {set.Metadata.Name} to notice that {goal.Pod.FixedName} is gone")
            : Act.Done;
    }

    private static bool IsHeld(Pod? pod) => pod?.Metadata.Finalizers?.Contains(Markings.HoldsName) == true;

    public static Act Adopt(Goal goal, Observed seen)
    {
        var (set, pod) = (seen.StatefulSet, seen.Named);
        if (set is null or { Metadata.IsGoing: true } || Index(set, goal) is not { } index)
        {
            return new Act.Refuse(OwnershipProblems.OwnerMissing("StatefulSet", goal.Pod.OwnerName));
        }
        if (pod is null)
        {
            return new Act.Refuse(OwnershipProblems.InstanceMissing(goal.Instance));
        }
        if (pod.Metadata.Label(Markings.Instance) != goal.Instance)
        {
            return new Act.Refuse(OwnershipProblems.NameTaken(pod));
        }
        if (Pods.HasEnded(pod))
        {
            return IsHeld(pod) ? Act.LetGo(pod) : new Act.Refuse(OwnershipProblems.InstanceEnded(pod));
        }
        if (pod.Metadata.Controller is { } owner && owner.Uid != set.Metadata.Uid)
        {
            return new Act.Refuse(OwnershipProblems.OwnedByAnother(pod, owner));
        }
        var replicas = Replicas(set);
        if (replicas < index)
        {
            return new Act.Refuse(OwnershipProblems.ScaledMeanwhile(set, index + 1));
        }
        // A release was given up between two of its calls: the count first, before the pod is deleted as one too many.
        if (replicas == index && pod.Metadata.Controller is not null)
        {
            return new Act.Scale(goal.Owner, index + 1, set.Metadata.ResourceVersion!);
        }
        if (IsHeld(pod))
        {
            return Act.LetGo(pod);
        }
        if (!pod.IsReady)
        {
            return new Act.Wait($"the pod {pod.Metadata.Name} to be ready");
        }
        if (pod.Metadata.Controller is not null)
        {
            return HasHeard(set) && set.Status is { ReadyReplicas: >= 1 } && set.Status.Replicas >= replicas
                ? Act.Done
                : new Act.Wait($"the StatefulSet {set.Metadata.Name} to count {pod.Metadata.Name}");
        }
        if (PodLabels.ToTake(pod) is not { } labels)
        {
            return new Act.Refuse(OwnershipProblems.NoLabels(pod));
        }
        if (!PodLabels.Matches(set.Spec?.Selector, labels))
        {
            return new Act.Refuse(OwnershipProblems.NotItsLabels(pod, "StatefulSet", set.Metadata.Name));
        }
        if (replicas == index)
        {
            return new Act.Scale(goal.Owner, index + 1, set.Metadata.ResourceVersion!);
        }
        return !HasHeard(set) ? new Act.Wait($"the StatefulSet {set.Metadata.Name} to notice that it has more replicas")
            : WouldReplace(set, index, labels.GetValueOrDefault(Markings.Revision))
                ? new Act.Refuse(OwnershipProblems.Rollout("StatefulSet", set.Metadata.Name))
            : !PodLabels.Has(pod, labels) ? Act.Label(pod, PodLabels.Set(labels))
            : new Act.Wait($"the StatefulSet {set.Metadata.Name} to take over {pod.Metadata.Name}");
    }

    /// <summary>Its controller works by the present number of replicas.</summary>
    private static bool HasHeard(StatefulSet set) => set.Status?.ObservedGeneration >= set.Metadata.Generation;

    /// <summary>The pod's place among the replicas; so many it takes to be without it.</summary>
    private static int? Index(StatefulSet set, Goal goal)
    {
        var start = $"{goal.Pod.OwnerName}-";
        return goal.Pod.FixedName?.StartsWith(start, StringComparison.Ordinal) == true
            && int.TryParse(goal.Pod.FixedName.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            && ordinal >= Start(set)
            ? ordinal - Start(set)
            : null;
    }

    private static int Start(StatefulSet set) => set.Spec?.Ordinals?.Start ?? 0;

    private static int Replicas(StatefulSet set) => set.Spec?.Replicas ?? 1;

    /// <summary>A pod of that revision would be deleted to make one of another.</summary>
    private static bool WouldReplace(StatefulSet set, int index, string? revision)
    {
        if (set.Spec?.UpdateStrategy?.Type == "OnDelete")
        {
            return false;
        }
        var keeps = index + Start(set) < (set.Spec?.UpdateStrategy?.RollingUpdate?.Partition ?? 0);
        return revision != (keeps ? set.Status?.CurrentRevision : set.Status?.UpdateRevision);
    }

    private static bool IsLost(Node? node) => node?.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "Unknown" }) == true;
}

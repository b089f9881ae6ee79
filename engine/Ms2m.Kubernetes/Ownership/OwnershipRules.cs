using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>Decides, by what was seen, what to ask or to do next. Knows no clock and keeps nothing: whoever starts anew in the
/// middle looks again and comes to the same.</summary>
public static class OwnershipRules
{
    /// <summary>What has to be known before anything can be decided; null when all is. The owner is asked first: what it says
    /// that it has seen is true of the pods as they are read afterwards.</summary>
    public static Question? Ask(Goal goal, Observed seen) =>
        Questions(goal, seen).FirstOrDefault(question => !seen.Asked.Contains(question));

    public static Act Next(Goal goal, Observed seen) => (goal.Aim, goal.Pod.Owner) switch
    {
        (Aim.Check, _) => Check(goal, seen) is { } problem ? new Act.Refuse(problem) : Act.Done,
        (Aim.Release, PodOwner.StatefulSet) => StatefulSets.Release(goal, seen),
        (Aim.Settle, PodOwner.StatefulSet) => StatefulSets.Settle(goal, seen),
        // Their copies have names of their own.
        (Aim.Release or Aim.Settle, _) => Act.Done,
        (_, PodOwner.StatefulSet) => StatefulSets.Adopt(goal, seen),
        (_, PodOwner.ReplicaSet) => ReplicaSets.Adopt(goal, seen),
        _ => LoosePods.Adopt(goal, seen),
    };

    private static ApiProblem? Check(Goal goal, Observed seen)
    {
        if (seen.Of(goal.Instance) is not { } pod)
        {
            return OwnershipProblems.InstanceMissing(goal.Instance);
        }
        if (Pods.HasEnded(pod))
        {
            return OwnershipProblems.InstanceEnded(pod);
        }
        var owner = goal.Pod.Owner switch
        {
            PodOwner.StatefulSet => StatefulSets.Check(seen.StatefulSet, goal, pod),
            PodOwner.ReplicaSet => ReplicaSets.Check(goal, seen, pod),
            _ => LoosePods.Check(pod),
        };
        return owner ?? Pods.CheckVolumes(goal, pod) ?? seen.Claims
            .Where(claim => claim.Spec?.AccessModes is { } modes && !modes.Any(mode => mode is "ReadWriteMany" or "ReadOnlyMany"))
            .Select(claim => OwnershipProblems.OneNodeOnly(claim.Metadata.Name!)).FirstOrDefault();
    }

    private static Question.OfPods Instances(Goal goal)
    {
        string?[] instances = [goal.Instance, goal.Former];
        return new Question.OfPods(goal.Pod.Namespace, $"{Markings.Instance} in ({string.Join(',', instances.OfType<string>())})");
    }

    private static IEnumerable<Question> Questions(Goal goal, Observed seen)
    {
        var space = goal.Pod.Namespace;
        switch (goal.Pod.Owner)
        {
            case PodOwner.StatefulSet:
                yield return new Question.OfStatefulSet(goal.Owner);
                yield return new Question.OfNamed(new ObjectName(space, goal.Pod.FixedName ?? ""));
                if (goal.Aim is Aim.Release or Aim.Settle && seen.Named is { Metadata.IsGoing: true, Spec.NodeName: { } node })
                {
                    yield return new Question.OfNode(node);
                }
                break;
            case PodOwner.ReplicaSet:
                yield return new Question.OfReplicaSet(goal.Owner);
                if (seen.ReplicaSet?.Metadata.Controller is { Kind: "Deployment" } deployment)
                {
                    yield return new Question.OfDeployment(new ObjectName(space, deployment.Name));
                    if (seen.Deployment?.Spec?.Selector is { } ofSets)
                    {
                        yield return new Question.OfReplicaSets(space, PodLabels.Selecting(ofSets));
                    }
                }
                if (seen.ReplicaSet?.Spec?.Selector is { } ofPods)
                {
                    yield return new Question.OfPods(space, PodLabels.Selecting(ofPods));
                }
                yield return Instances(goal);
                break;
            default:
                yield return Instances(goal);
                break;
        }
        if (goal is { Aim: Aim.Check, LeavesFirst: false } && seen.Of(goal.Instance) is { } pod)
        {
            foreach (var claim in Pods.Claims(pod))
            {
                yield return new Question.OfClaim(new ObjectName(space, claim));
            }
        }
    }
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>Which pods are to be moved away now, and where to.</summary>
internal static class DrainRule
{
    public static IReadOnlyList<DrainAct> Next(DrainPicture picture, DateTimeOffset now)
    {
        var acts = new List<DrainAct>();
        var coming = picture.Migrations.Where(one => !Attempts.HasEnded(one))
            .GroupBy(one => one.Spec?.TargetNode ?? "", StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var gaps = GapsUnderWay(picture, now);
        foreach (var pod in picture.Pods.Where(pod => MustGo(pod, picture, now)).OrderBy(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}", StringComparer.Ordinal))
        {
            if (Judge(pod, picture, coming, gaps, now) is not { } act)
            {
                continue;
            }

            acts.Add(act);
            if (act is DrainAct.Move { Migration.Spec.TargetNode: var target })
            {
                coming[target] = coming.GetValueOrDefault(target) + 1;
                TakeGap(pod, picture, gaps);
            }
        }

        return acts;
    }

    /// <summary>Whether the pod's node is to be emptied, or somebody wants the pod evicted.</summary>
    public static bool MustGo(Pod pod, DrainPicture picture, DateTimeOffset now) =>
        PodPlace.HoldsState(pod) && PodPlace.RoleOf(pod) == InstanceRole.Active && !pod.Metadata.IsGoing
        && (PodPlace.IsToBeEvicted(pod, now) || picture.NodeOf(pod) is { } node && NodeFit.IsDrained(node));

    private static DrainAct? Judge(
        Pod pod, DrainPicture picture, Dictionary<string, int> coming, Dictionary<string, int> gaps, DateTimeOffset now)
    {
        var attempts = Attempts.Of(pod, picture.Migrations, now);
        if (attempts.UnderWay is not null || attempts.Succeeded)
        {
            return null;
        }

        if (attempts.AreOver)
        {
            return picture.NodeOf(pod) is { } left
                ? new DrainAct.SayOfNode(left, new Saying(
                    "DrainGivenUp",
                    $"The pod {pod.Metadata.Namespace}/{pod.Metadata.Name} could not be moved away in {attempts.Failed} attempts. {attempts.LastReason}",
                    IsWarning: true, Once: pod.Metadata.Uid))
                : null;
        }

        if (now < attempts.NotBefore)
        {
            return null;
        }

        var gap = PodPlace.HasGap(pod);
        if (gap && Budgets.Against(pod, picture.Budgets, gaps) is { } budget)
        {
            return new DrainAct.SayOfPod(pod, new Saying(
                "DrainWaits",
                $"It stands still for a moment when it is moved, and the disruption budget {budget.Metadata.Name} allows no disruption now.",
                IsWarning: true));
        }

        var memory = picture.Reports.SelectMany(report => report.Instances)
            .FirstOrDefault(instance => instance.InstanceId == pod.Metadata.Label(Markings.Instance))?.MemoryBytes ?? 0;
        var target = Placement.Choose(pod, memory, gap, picture.Nodes, picture.Reports, attempts.Tried, coming, now);
        return target is null
            ? new DrainAct.SayOfPod(pod, new Saying(
                "DrainWaits",
                "No other node can have it: one is needed that is ready and schedulable, with the same container runtime, a worker that reports, and enough free memory.",
                IsWarning: true))
            : new DrainAct.Move(Asked(pod, target, attempts));
    }

    private static StatefulMigration Asked(Pod pod, string target, Attempts attempts) => new()
    {
        ApiVersion = Kinds.Migrations.ApiVersion,
        Kind = Kinds.Migrations.Name,
        Metadata = new ObjectMeta
        {
            Name = attempts.NextName(pod),
            Namespace = pod.Metadata.Namespace,
            Labels = new Dictionary<string, string>
            {
                [Markings.DrainedNode] = pod.Spec!.NodeName!,
                [Markings.PodUid] = pod.Metadata.Uid!,
            },
        },
        Spec = new StatefulMigrationSpec { SourcePod = pod.Metadata.Name!, TargetNode = target },
    };

    private static Dictionary<string, int> GapsUnderWay(DrainPicture picture, DateTimeOffset now)
    {
        var gaps = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var pod in picture.Pods.Where(pod => Attempts.Of(pod, picture.Migrations, now).UnderWay is not null))
        {
            TakeGap(pod, picture, gaps);
        }

        return gaps;
    }

    private static void TakeGap(Pod pod, DrainPicture picture, Dictionary<string, int> gaps)
    {
        foreach (var budget in PodPlace.HasGap(pod) ? Budgets.Of(pod, picture.Budgets) : [])
        {
            gaps[Budgets.KeyOf(budget)] = gaps.GetValueOrDefault(Budgets.KeyOf(budget)) + 1;
        }
    }
}

/// <summary>What a drain knows of the cluster.</summary>
/// <param name="Pods">Those that have opted in.</param>
internal sealed record DrainPicture(
    IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods, IReadOnlyList<PodDisruptionBudget> Budgets,
    IReadOnlyList<StatefulMigration> Migrations, IReadOnlyList<NodeReported> Reports)
{
    public Node? NodeOf(Pod pod) => Nodes.FirstOrDefault(node => node.Metadata.Name == pod.Spec?.NodeName);
}

internal abstract record DrainAct
{
    private DrainAct()
    {
    }

    public sealed record Move(StatefulMigration Migration) : DrainAct;

    public sealed record SayOfPod(Pod Pod, Saying Saying) : DrainAct;

    public sealed record SayOfNode(Node Node, Saying Saying) : DrainAct;
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>Says what is wrong with a world, if anything is.</summary>
internal sealed class Judge(Scene scene, Moves moves)
{
    /// <summary>What may be so at no moment.</summary>
    public string? Wrong(World world, bool faultFree)
    {
        var all = world.Cluster.Running.Values.ToList();
        var knowing = all.Where(Knows).ToList();
        if (all.Find(one => one.LetIn && !Knows(one)) is { } empty && (knowing.Count > 0 || IsUnderWay(world)))
        {
            return $"{empty.Pod} knows nothing and is let in, while {(knowing.Count > 0 ? knowing[0].Instance : "the migration runs")} lives";
        }
        if (faultFree && Pods(world).FirstOrDefault(pod => pod.Metadata.Uid != moves.SourceUid && pod.Metadata.Label(Markings.Instance) is null) is { } made)
        {
            return $"its owner made {made.Metadata.Name}, which knows nothing";
        }
        return (faultFree || scene.MustSucceed) && world.Stage == World.Refused ? "it was refused, though nothing happened to the copy" : null;
    }

    /// <summary>Whether nothing more is to come.</summary>
    public bool IsOver(World world, bool faultFree) => faultFree || scene.MustSucceed ? IsGood(world) : !IsUnderWay(world);

    /// <summary>The copy alone is there, its owner's, ready and as it was restored.</summary>
    public bool IsGood(World world)
    {
        // What is going on a dead node stays until somebody says that it is dead.
        var pods = Pods(world).Where(pod => !pod.Metadata.IsGoing || !world.Cluster.LostNodes.Contains(pod.Spec!.NodeName!)).ToList();
        var running = world.Cluster.Running.Values.ToList();
        if (world.Stage != moves.End || pods is not [{ IsReady: true } pod] || running is not [{ Restarts: 0 } process] || !Knows(process)
            || pod.Metadata.Finalizers is { Count: > 0 })
        {
            return false;
        }
        KubernetesObject? owner = scene.Owner switch
        {
            PodOwner.StatefulSet => world.Cluster.Objects.Values.OfType<StatefulSet>().Single(),
            PodOwner.ReplicaSet => world.Cluster.Objects.Values.OfType<ReplicaSet>().Single(),
            _ => null,
        };
        return pod.Metadata.Label(Markings.Instance) == scene.Last && pod.Metadata.Label("app") == "orders"
            && pod.Metadata.Controller?.Uid == owner?.Metadata.Uid
            && owner is null or StatefulSet { Spec.Replicas: 1, Status: { Replicas: 1, ReadyReplicas: 1 } }
                or ReplicaSet { Spec.Replicas: 1 };
    }

    private bool IsUnderWay(World world) => world.Stage >= 0 && world.Stage < moves.End;

    /// <summary>It has the workload's state: the source as long as it is the process that it was, and what was restored.</summary>
    private bool Knows(RunningContainer one) => one.Restarts == 0 && (one.Uid == moves.SourceUid || one.Origin == Origin.Checkpoint);

    private static List<Pod> Pods(World world) => [.. world.Cluster.Objects.Values.OfType<Pod>()];
}

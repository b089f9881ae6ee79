using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Everybody does all that there is to do, with fresh views: the cluster on a good day.</summary>
internal static class Settling
{
    // A cluster that is busy for longer is in a circle: two controllers undo each other's work.
    private const int MostRounds = 200;

    public static void Run(SimulatedCluster cluster)
    {
        for (var round = 0; Round(cluster); round++)
        {
            if (round == MostRounds)
            {
                throw new InvalidOperationException("The simulated cluster does not come to rest.");
            }
        }
    }

    private static bool Round(SimulatedCluster cluster)
    {
        var before = cluster.Store.State.Version;
        foreach (var controller in Controllers.All)
        {
            cluster.Controllers.Hear(controller);
            cluster.Controllers.Decide(controller);
            while (cluster.Controllers.Act(controller))
            {
            }
        }
        foreach (var pod in cluster.Store.All(Kinds.Pods).ToList())
        {
            Serve(cluster, pod);
        }
        foreach (var uid in cluster.Store.State.Running.Keys)
        {
            cluster.Nodes.EndStray(uid);
        }
        return cluster.Store.State.Version != before;
    }

    private static void Serve(SimulatedCluster cluster, Pod pod)
    {
        var nodes = cluster.Nodes;
        _ = nodes.Schedule(pod) || nodes.Start(pod) || nodes.BecomeReady(pod) || nodes.Terminate(pod);
    }
}

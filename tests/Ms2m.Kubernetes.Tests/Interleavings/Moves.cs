using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>One thing that happens.</summary>
/// <param name="IsFault">It need not happen.</param>
internal readonly record struct Move(string Name, World To, bool IsFault);

/// <summary>Everything that can happen next, one call of somebody at a time.</summary>
internal sealed class Moves(Scene scene, ClusterState begin)
{
    private readonly IReadOnlyList<Stage> _stages = scene.Stages(begin);

    public int End => _stages.Count;

    public string SourceUid { get; } = begin.Objects.Values.OfType<Pod>().Single().Metadata.Uid!;

    public IEnumerable<Move> Of(World world)
    {
        if (scene.Controller is { } slow && slow.Watches.FirstOrDefault(resource => Unheard(world, slow, resource) > scene.Lag) is { } behind)
        {
            yield return new Move($"{slow.Name}: hears of {behind}, as it must", Try(world, cluster => cluster.Controllers.Hear(slow, behind))!, false);
            yield break;
        }
        if (Engine(world) is { } engine)
        {
            yield return engine;
        }
        if (scene.RollsBack && world.Stage is >= 0 and < Scene.WayBack)
        {
            yield return new Move("somebody cancels", world with { Stage = Scene.WayBack, Engine = Mind.Empty }, false);
        }
        if (scene.Twice && Second(world) is { } second)
        {
            yield return second;
        }
        foreach (var move in Cluster(world))
        {
            yield return move;
        }
        if (world.Left > 0)
        {
            foreach (var move in Faults(world))
            {
                yield return move with { To = move.To with { Left = world.Left - 1 }, IsFault = true };
            }
        }
    }

    private static int Unheard(World world, IController who, string resource) =>
        (world.Cluster.Changes.GetValueOrDefault(resource)?.Count ?? 0)
        - (world.Cluster.Controllers.GetValueOrDefault(who.Name)?.View.HeardOf(resource) ?? 0);

    private Move? Engine(World world)
    {
        if (world.Stage == World.Refused || world.Stage >= End)
        {
            return null;
        }
        var (cluster, stage) = (SimulatedCluster.From(world.Cluster), _stages[world.Stage]);
        switch (stage)
        {
            case Stage.Restore(var instance) when Of(cluster, instance) is { } there:
                // What goes is not restored yet, and what runs not again.
                return there.Metadata.IsGoing ? null : new Move($"the worker finds {instance}", Next(world, cluster), false);
            case Stage.Restore(var instance):
                Server.Create(cluster.Store, Kinds.Pods, scene.Restored(begin, instance));
                return Of(cluster, instance) is null ? null : new Move($"the worker makes {instance}", Next(world, cluster), false);
            case Stage.Remove(var instance):
                if (Of(cluster, instance) is { } pod)
                {
                    Server.Delete(
                        cluster.Store, Resource.Of(Kinds.Pods), new ObjectName(Scene.Space, pod.Metadata.Name!),
                        new Deletion { Uid = pod.Metadata.Uid });
                }
                return new Move($"the worker removes {instance}", Next(world, cluster), false);
            default:
                var (name, mind, over) = Step(cluster, ((Stage.Reach)stage).Goal, world.Engine);
                return new Move(
                    $"engine: {name}",
                    over switch
                    {
                        true => Next(world, cluster),
                        false => world with { Cluster = cluster.Store.State, Stage = World.Refused, Engine = Mind.Empty },
                        null => world with { Cluster = cluster.Store.State, Engine = mind },
                    },
                    false);
        }
    }

    /// <summary>An engine that believes that it is still to do what another has begun, or even done.</summary>
    private Move? Second(World world)
    {
        if (world.Other is not var (at, had) || at < 0)
        {
            return null;
        }
        var now = Math.Max(0, Math.Min(world.Stage, End - 1));
        if (_stages[at] is not Stage.Reach { Goal: var goal })
        {
            return now == at ? null : new Move("second engine: goes on", world with { Other = (now, Mind.Empty) }, false);
        }
        var cluster = SimulatedCluster.From(world.Cluster);
        var (name, mind, over) = Step(cluster, goal, had);
        return new Move(
            $"second engine at {at}: {name}",
            world with { Cluster = cluster.Store.State, Other = over is null ? (at, mind) : (now, Mind.Empty) }, false);
    }

    private static Pod? Of(SimulatedCluster cluster, string instance) =>
        cluster.All(Kinds.Pods).FirstOrDefault(pod => pod.Metadata.Label(Markings.Instance) == instance);

    /// <returns>What it did, what it has in mind afterwards, and whether it is done (true) or refused (false).</returns>
    private (string Name, Mind Mind, bool? Over) Step(SimulatedCluster cluster, Goal goal, Mind mind)
    {
        switch (mind.Act)
        {
            case null:
                var seen = Look(cluster, goal, mind.Seen);
                if (OwnershipRules.Ask(goal, seen) is not null)
                {
                    return ("looks", new Mind(seen, null), null);
                }
                return scene.Does(OwnershipRules.Next(goal, scene.Told(seen))) switch
                {
                    // Nobody here brings it back or says that it is dead.
                    Act.Wait { Because.Reason: "NodeLost" } => ("waits until its deadline", Mind.Empty, false),
                    // Who waits looks again, and has nothing in mind until then.
                    Act.Wait => ("waits", Mind.Empty, null),
                    var act => ("has seen all", new Mind(Observed.Nothing, act), null),
                };
            case Act.Nothing:
                return ($"is done: {goal.Aim}", Mind.Empty, true);
            case Act.Refuse refuse:
                return ($"refuses: {refuse.Problem.Message}", Mind.Empty, false);
            case Act.Scale scale:
                var scaled = cluster.ScaleAsync(Kinds.StatefulSets, scale.StatefulSet, scale.Replicas, default, scale.ResourceVersion)
                    .GetAwaiter().GetResult();
                return ($"scales to {scale.Replicas}: {scaled.Problem?.Reason ?? "ok"}", Mind.Empty, null);
            case Act.Mark mark:
                var marked = cluster.PatchAsync(
                    Kinds.Pods, new ObjectName(Scene.Space, mark.Pod.Metadata.Name!), mark.Patch, default).GetAwaiter().GetResult();
                return ($"marks {mark.Pod.Metadata.Name} {mark.Patch.Body.ToJsonString()}: {marked.Problem?.Reason ?? "ok"}", Mind.Empty, null);
            case var other:
                throw new InvalidOperationException($"Nobody does {other}.");
        }
    }

    /// <summary>Reads one thing, and with it what changes for nobody here.</summary>
    private Observed Look(SimulatedCluster cluster, Goal goal, Observed seen)
    {
        var eyes = new Eyes(cluster);
        while (OwnershipRules.Ask(goal, seen) is { } question)
        {
            seen = eyes.LookAsync(seen, question, default).GetAwaiter().GetResult().Value;
            if (!scene.LooksAtOnce && question is not (Question.OfReplicaSet or Question.OfDeployment or Question.OfReplicaSets))
            {
                break;
            }
        }
        return seen;
    }

    private static World Next(World world, SimulatedCluster cluster) =>
        world with { Cluster = cluster.Store.State, Stage = world.Stage + 1, Engine = Mind.Empty };

    private IEnumerable<Move> Cluster(World world)
    {
        if (scene.Controller is { } controller)
        {
            foreach (var resource in controller.Watches)
            {
                if (Try(world, cluster => cluster.Controllers.Hear(controller, resource)) is { } hears)
                {
                    yield return new Move($"{controller.Name}: hears of {resource}", hears, false);
                }
            }
            if (Try(world, cluster => Decide(cluster, controller)) is { } decides)
            {
                yield return new Move($"{controller.Name}: decides {Planned(decides, controller)}", decides, false);
            }
            if (Try(world, cluster => cluster.Controllers.Act(controller)) is { } acts)
            {
                yield return new Move($"{controller.Name}: does {Planned(world, controller)}", acts, false);
            }
        }
        foreach (var pod in world.Cluster.Objects.Values.OfType<Pod>())
        {
            if (Try(world, cluster => Serve(cluster, pod)) is { } served)
            {
                yield return new Move($"node: serves {pod.Metadata.Name}", served, false);
            }
            if (Admit(world, pod) is { } admitted)
            {
                yield return new Move($"admission: lets {pod.Metadata.Name} in", admitted, false);
            }
        }
        foreach (var node in world.Cluster.LostNodes)
        {
            if (Try(world, cluster => cluster.Nodes.NoticeLoss(node) || cluster.Nodes.EvictFromLost(node)) is { } noticed)
            {
                yield return new Move($"{node}: its loss is noticed", noticed, false);
            }
        }
    }

    /// <summary>What a ReplicaSet says that it has seen nobody here reads, so it need not say it: that would only make the
    /// same states many.</summary>
    private static bool Decide(SimulatedCluster cluster, IController who)
    {
        var decided = cluster.Controllers.Decide(who);
        if (!decided || who is not ReplicaSetController)
        {
            return decided;
        }
        var memory = cluster.Controllers.Memory(who);
        var planned = memory.Planned.RemoveAll(write => write.Version is not null);
        cluster.Store.State = cluster.Store.State with
        {
            Controllers = cluster.Store.State.Controllers.SetItem(who.Name, memory with { Planned = planned }),
        };
        return planned.Count > 0;
    }

    /// <summary>A pod that has a node is started there at once: nobody's decision lies between.</summary>
    private static bool Serve(SimulatedCluster cluster, Pod pod) => cluster.Nodes.Schedule(pod)
        ? cluster.Nodes.Start(cluster.Find(Kinds.Pods, Scene.Space, pod.Metadata.Name!)!)
        : cluster.Nodes.Start(pod) || cluster.Nodes.BecomeReady(pod) || cluster.Nodes.Terminate(pod);

    /// <summary>A fresh pod is let in when no migration runs and no other instance is there.</summary>
    private World? Admit(World world, Pod pod)
    {
        var runs = world.Stage >= 0 && world.Stage < End;
        if (runs || pod.Metadata.Label(Markings.Workload) is null || pod.Metadata.Label(Markings.Instance) is not null || Pods.HasEnded(pod)
            || world.Cluster.Objects.Values.OfType<Pod>().Any(other => other.Metadata.Label(Markings.Instance) is not null
                && other.Status?.Phase is not ("Failed" or "Succeeded")))
        {
            return null;
        }
        var cluster = SimulatedCluster.From(world.Cluster);
        cluster.Store.Put(Kinds.Pods, pod with
        {
            Metadata = pod.Metadata with
            {
                Labels = new Dictionary<string, string>(pod.Metadata.Labels!) { [Markings.Instance] = "orders-fresh" },
                Annotations = new Dictionary<string, string> { [Markings.InstanceFile] = "{\"role\":\"Active\"}" },
            },
        });
        return world with { Cluster = cluster.Store.State };
    }

    private IEnumerable<Move> Faults(World world)
    {
        Pod? Of(string instance) => world.Cluster.Objects.Values.OfType<Pod>()
            .FirstOrDefault(pod => pod.Metadata.Label(Markings.Instance) == instance);
        var (source, copy) = (Of(Scene.Source), Of(Scene.Copy));
        foreach (var fault in scene.Allowed)
        {
            var to = fault switch
            {
                Fault.EngineDies when world.Engine != Mind.Empty => world with { Engine = Mind.Empty },
                Fault.SourceCrashes when source is not null => Try(world, cluster => cluster.Nodes.Crash(source)),
                Fault.CopyCrashes when copy is not null => Try(world, cluster => cluster.Nodes.Crash(copy)),
                Fault.CopyUnready when copy is not null => Try(world, cluster => cluster.Nodes.BecomeUnready(copy)),
                Fault.SourceNodeDies when source is not null => Dies(world, "node1"),
                Fault.CopyNodeDies when copy is not null => Dies(world, "node2"),
                Fault.SourceDeleted when source is { Metadata.IsGoing: false } => Try(world, cluster => Server.Delete(
                    cluster.Store, Resource.Of(Kinds.Pods), new ObjectName(Scene.Space, source.Metadata.Name!), new Deletion()).Problem is null),
                _ => null,
            };
            if (to is not null)
            {
                yield return new Move($"FAULT {fault}", to, true);
            }
        }
    }

    private static World? Dies(World world, string node) => world.Cluster.LostNodes.Contains(node) ? null : Try(world, cluster =>
    {
        cluster.Nodes.PowerOff(node);
        return true;
    });

    private static World? Try(World world, Func<SimulatedCluster, bool> what)
    {
        var cluster = SimulatedCluster.From(world.Cluster);
        return what(cluster) ? world with { Cluster = cluster.Store.State } : null;
    }

    private static string Planned(World world, IController who) =>
        string.Join("; ", world.Cluster.Controllers[who.Name].Planned.Select(write => write.Says));
}

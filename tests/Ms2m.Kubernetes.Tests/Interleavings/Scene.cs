using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>A workload whose pod is being moved, and what may happen meanwhile.</summary>
internal sealed record Scene(PodOwner Owner)
{
    public const string Space = "shop";
    public const string Source = "orders-source";
    public const string Copy = "orders-copy";
    private const string Checkpoint = "checkpoint/orders:1";

    /// <summary>How many of the faults below may happen on one way.</summary>
    public int Faults { get; init; }

    public IReadOnlySet<Fault> Allowed { get; init; } = new HashSet<Fault>();

    /// <summary>So many writes to a kind its owner's controller may not have heard of yet. Bounds scenes that would else be too
    /// large to visit; those without faults are not bounded.</summary>
    public int Lag { get; init; } = int.MaxValue;

    /// <summary>So many states are visited at most, nearest first. Where this ends it, it is not known that it comes to an
    /// end.</summary>
    public int Most { get; init; } = int.MaxValue;

    /// <summary>All reads of one look happen together; acting on them is apart all the same.</summary>
    public bool LooksAtOnce { get; init; }

    /// <summary>A second engine does the same at the same time.</summary>
    public bool Twice { get; init; }

    /// <summary>What the rules are told instead of what was seen: a mistake in them.</summary>
    public Func<Observed, Observed> Told { get; init; } = seen => seen;

    /// <summary>What is done instead of what the rules say: a mistake in them.</summary>
    public Func<Act, Act> Does { get; init; } = act => act;

    /// <summary>The source is removed before its copy is its owner's: a mistake in the plan.</summary>
    public bool RemovesFirst { get; init; }

    /// <summary>Of a StatefulSet: the migration is given up, at any point from the beginning of the release to the copy's
    /// creation, and the source restored from the same checkpoint if its pod is gone.</summary>
    public bool RollsBack { get; init; }

    /// <summary>False is a mistake in the plan.</summary>
    public bool Settles { get; init; } = true;

    /// <summary>The stage at which a rollback begins.</summary>
    public const int WayBack = 2;

    /// <summary>Nothing that may happen is a reason not to end well.</summary>
    public bool MustSucceed { get; init; }

    /// <summary>The instance that is to be there alone in the end.</summary>
    public string Last => RollsBack ? Source : Copy;

    private const string FixedName = "orders-0";

    public IController? Controller => Owner switch
    {
        PodOwner.StatefulSet => Controllers.All.OfType<StatefulSetController>().Single(),
        PodOwner.ReplicaSet => Controllers.All.OfType<ReplicaSetController>().Single(),
        _ => null,
    };

    private string CopyName => Owner == PodOwner.StatefulSet ? FixedName : Copy;

    public IReadOnlyList<Stage> Stages(ClusterState begin)
    {
        var owner = begin.Objects.Values.OfType<ReplicaSet>().FirstOrDefault()?.Metadata.Name ?? "orders";
        var pod = new WorkloadPod(Space, "c", Owner, Owner == PodOwner.Nobody ? null : owner)
        {
            FixedName = Owner == PodOwner.StatefulSet ? FixedName : null,
        };
        var adopt = new Stage.Reach(new Goal(Aim.Adopt, pod, Copy, Source));
        var (release, restore) = (new Stage.Reach(new Goal(Aim.Release, pod, Source)), new Stage.Restore(Copy));
        return Owner == PodOwner.StatefulSet && RollsBack
            ?
            [
                release, restore, new Stage.Remove(Copy), .. Settles ? [new Stage.Reach(new Goal(Aim.Settle, pod, Source))] : (Stage[])[],
                new Stage.Restore(Source), new Stage.Reach(new Goal(Aim.Adopt, pod, Source)),
            ]
            : Owner == PodOwner.StatefulSet ? [release, restore, adopt]
            : RemovesFirst ? [restore, new Stage.Remove(Source), adopt]
            : [restore, adopt, new Stage.Remove(Source)];
    }

    /// <summary>The source runs at the first node, let in and ready; everybody has heard of everything.</summary>
    public ClusterState Begin()
    {
        var cluster = new SimulatedCluster();
        cluster.Nodes.Add("node1");
        switch (Owner)
        {
            case PodOwner.StatefulSet:
                Server.Create(cluster.Store, Kinds.StatefulSets, Objects.StatefulSet(Space, "orders"));
                break;
            case PodOwner.ReplicaSet:
                Server.Create(cluster.Store, Kinds.Deployments, Objects.Deployment(Space, "orders"));
                break;
            default:
                Server.Create(cluster.Store, Kinds.Pods, Objects.Pod(Space, "orders", null, ("app", "orders"), (Markings.Workload, "orders")));
                break;
        }
        cluster.Settle();
        cluster.Nodes.Add("node2");
        var source = cluster.All(Kinds.Pods).Single();
        cluster.Store.Put(Kinds.Pods, source with
        {
            Metadata = source.Metadata with
            {
                Labels = new Dictionary<string, string>(source.Metadata.Labels!) { [Markings.Instance] = Source },
                Annotations = new Dictionary<string, string> { [Markings.InstanceFile] = "{\"role\":\"Active\"}" },
            },
        });
        cluster.Settle();
        // The others take no part: what they have not heard of would make the same states many.
        var state = cluster.Store.State;
        return state with { Starts = [], Controllers = state.Controllers.RemoveRange(state.Controllers.Keys.Where(name => name != Controller?.Name)) };
    }

    /// <summary>The pod as the worker restores it: let in, without its owner's labels, at its node.</summary>
    public Pod Restored(ClusterState begin, string instance)
    {
        var source = begin.Objects.Values.OfType<Pod>().Single();
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Namespace = Space,
                Name = CopyName,
                Labels = new Dictionary<string, string> { [Markings.Instance] = instance, [Markings.Migration] = "m1" },
                Annotations = new Dictionary<string, string>
                {
                    [Markings.InstanceFile] = "{\"role\":\"Active\"}",
                    [Markings.BaseImage] = Objects.Image,
                    [Markings.LabelsToTake] = JsonSerializer.Serialize(source.Metadata.Labels!.Where(one => one.Key != Markings.Instance)
                        .ToDictionary(one => one.Key, one => one.Value)),
                },
            },
            Spec = source.Spec! with
            {
                NodeName = instance == Copy ? "node2" : "node1",
                RestartPolicy = "Never",
                Containers = [source.Spec.Containers![0] with { Image = Checkpoint }],
            },
        };
    }
}

internal enum Fault
{
    /// <summary>The engine dies and begins anew, or another takes over.</summary>
    EngineDies,

    SourceCrashes,

    CopyCrashes,

    /// <summary>Its probe fails for a while.</summary>
    CopyUnready,

    /// <summary>The machine is dead; in time its pods are to go, and stay.</summary>
    SourceNodeDies,

    CopyNodeDies,

    /// <summary>Somebody deletes the source's pod.</summary>
    SourceDeleted,
}

using Ms2m.Contracts;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;
using static Ms2m.Kubernetes.Tests.Ownership.OwnedObjects;

namespace Ms2m.Kubernetes.Tests.Ownership;

/// <summary>What is refused before anything is touched, and what passes.</summary>
public sealed class CheckTests
{
    private static readonly Dictionary<string, Observed> _sets = new()
    {
        [""] = SeenOf(PodOwner.StatefulSet),
        ["OwnerMissing"] = SeenOf(PodOwner.StatefulSet) with { StatefulSet = null },
        ["InstanceMissing"] = SeenOf(PodOwner.StatefulSet) with { Named = null },
        ["OwnedByAnother"] = SeenOf(PodOwner.StatefulSet) with { Named = SourcePod(PodOwner.Nobody) },
        ["NotTheLast"] = SeenOf(PodOwner.StatefulSet) with { StatefulSet = Set(replicas: 3) },
        ["NotSeen"] = SeenOf(PodOwner.StatefulSet) with { StatefulSet = Saying(status => status with { ObservedGeneration = 3 }) },
        ["Rollout"] = SeenOf(PodOwner.StatefulSet) with { StatefulSet = Saying(status => status with { UpdateRevision = "orders-new" }) },
        ["NotAllReady"] = SeenOf(PodOwner.StatefulSet) with { StatefulSet = Saying(status => status with { ReadyReplicas = 0 }) },
        ["ClaimsWouldGo"] = SeenOf(PodOwner.StatefulSet) with
        {
            StatefulSet = Wanting(spec => spec with
            {
                VolumeClaimTemplates = [new PersistentVolumeClaim()],
                PersistentVolumeClaimRetentionPolicy = new ClaimRetention { WhenScaled = "Delete" },
            }),
        },
        ["EmptyDir"] = SeenOf(PodOwner.StatefulSet) with { Named = With(SourcePod(PodOwner.StatefulSet), Volume("emptyDir", new { })) },
        ["HostPath"] = SeenOf(PodOwner.StatefulSet) with
        {
            Named = With(SourcePod(PodOwner.StatefulSet), Volume("hostPath", new { path = "/x" })),
        },
    };

    private static readonly Dictionary<string, Observed> _replicaSets = new()
    {
        [""] = SeenOf(PodOwner.ReplicaSet),
        ["OwnerMissing"] = SeenOf(PodOwner.ReplicaSet) with { Deployment = null },
        ["Paused"] = SeenOf(PodOwner.ReplicaSet) with { Deployment = Deployed() with { Spec = Deployed().Spec! with { Paused = true } } },
        ["NotSeen"] = SeenOf(PodOwner.ReplicaSet) with { Deployment = Deployed() with { Status = new ControllerStatus { ObservedGeneration = 1 } } },
        ["Rollout"] = SeenOf(PodOwner.ReplicaSet) with { ReplicaSets = [Replicas(), Replicas(0, "newer", "4")] },
        ["NotOne"] = SeenOf(PodOwner.ReplicaSet) with { Deployment = Deployed(2) },
        ["OwnedByAnother"] = SeenOf(PodOwner.ReplicaSet) with { Pods = [SourcePod(PodOwner.Nobody)] },
        ["OneNodeOnly"] = SeenOf(PodOwner.ReplicaSet) with
        {
            Claims = [new PersistentVolumeClaim { Metadata = new ObjectMeta { Name = "data" }, Spec = new ClaimSpec { AccessModes = ["ReadWriteOnce"] } }],
        },
    };

    public static TheoryData<string> OfStatefulSets => [.. _sets.Keys];

    public static TheoryData<string> OfReplicaSets => [.. _replicaSets.Keys];

    [Theory]
    [MemberData(nameof(OfStatefulSets))]
    public void a_stateful_set_is_refused_for(string reason) => Refused(reason, PodOwner.StatefulSet, _sets[reason]);

    [Theory]
    [MemberData(nameof(OfReplicaSets))]
    public void a_replica_set_is_refused_for(string reason) => Refused(reason, PodOwner.ReplicaSet, _replicaSets[reason]);

    [Fact]
    public void a_pod_that_nobody_owns_is_refused_when_somebody_does() =>
        Refused("OwnedByAnother", PodOwner.Nobody, SeenOf(PodOwner.ReplicaSet));

    [Fact]
    public void a_pod_below_the_partition_keeps_the_revision_that_it_has()
    {
        var set = Wanting(spec => spec with
        {
            UpdateStrategy = new UpdateStrategy { Type = "RollingUpdate", RollingUpdate = new RollingUpdate { Partition = 1 } },
        });

        Refused("", PodOwner.StatefulSet, SeenOf(PodOwner.StatefulSet) with
        {
            StatefulSet = set with { Status = set.Status! with { UpdateRevision = "orders-new" } },
        });
    }

    [Fact]
    public void the_first_ordinal_may_be_another_than_0()
    {
        var named = SourcePod(PodOwner.StatefulSet);
        var goal = Of(PodOwner.StatefulSet, Aim.Check);
        goal = goal with { Pod = goal.Pod with { FixedName = "orders-5" } };
        var seen = SeenOf(PodOwner.StatefulSet) with
        {
            StatefulSet = Wanting(spec => spec with { Ordinals = new Ordinals { Start = 5 } }),
            Named = named with { Metadata = named.Metadata with { Name = "orders-5" } },
        };

        Assert.Equal(Act.Done, OwnershipRules.Next(goal, seen));
        var held = seen with { Named = seen.Named with { Metadata = seen.Named.Metadata with { Finalizers = [Markings.HoldsName] } } };
        Assert.Equal(0, Assert.IsType<Act.Scale>(OwnershipRules.Next(goal with { Aim = Aim.Release }, held)).Replicas);
    }

    private static void Refused(string reason, PodOwner owner, Observed seen)
    {
        var act = OwnershipRules.Next(Of(owner, Aim.Check), seen);
        var problem = (act as Act.Refuse)?.Problem;
        Assert.Equal(reason, problem?.Reason ?? "");
        // A sentence, and what to do.
        Assert.True(problem is null || (problem.Message.EndsWith('.') && Assert.Single(problem.Causes).EndsWith('.')));
    }

    private static StatefulSet Saying(Func<ControllerStatus, ControllerStatus> how) => Set() with { Status = how(Set().Status!) };

    private static StatefulSet Wanting(Func<ControllerSpec, ControllerSpec> how) => Set() with { Spec = how(Set().Spec!) };
}

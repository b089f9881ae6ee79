using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Ownership;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Tests.Ownership;

/// <summary>What is seen of a healthy pod of each kind of owner; a test changes one thing about it.</summary>
internal static class OwnedObjects
{
    public const string Source = "orders-source";
    public const string Copy = "orders-copy";
    private const string Hash = "orders-5c4b";

    public static Goal Of(PodOwner owner, Aim aim) => new(
        aim,
        new WorkloadPod("shop", "c", owner, owner == PodOwner.Nobody ? null : "orders")
        {
            FixedName = owner == PodOwner.StatefulSet ? "orders-0" : null,
        },
        aim == Aim.Adopt ? Copy : Source, aim == Aim.Adopt ? Source : null, owner == PodOwner.StatefulSet);

    public static StatefulSet Set(int replicas = 1) => new()
    {
        Metadata = new ObjectMeta { Namespace = "shop", Name = "orders", Uid = "set", Generation = 4, ResourceVersion = "40" },
        Spec = new ControllerSpec { Replicas = replicas, Selector = Selecting() },
        Status = new ControllerStatus
        {
            ObservedGeneration = 4,
            Replicas = replicas,
            ReadyReplicas = replicas,
            CurrentRevision = Hash,
            UpdateRevision = Hash,
        },
    };

    public static ReplicaSet Replicas(int replicas = 1, string uid = "set", string revision = "3") => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "shop",
            Name = "orders",
            Uid = uid,
            ResourceVersion = "40",
            Annotations = new Dictionary<string, string> { ["deployment.kubernetes.io/revision"] = revision },
            OwnerReferences = [Owner("Deployment", "orders", "deployment")],
        },
        Spec = new ControllerSpec { Replicas = replicas, Selector = Selecting() },
    };

    public static Deployment Deployed(int replicas = 1) => new()
    {
        Metadata = new ObjectMeta { Namespace = "shop", Name = "orders", Uid = "deployment", Generation = 2 },
        Spec = new ControllerSpec { Replicas = replicas, Selector = Selecting() },
        Status = new ControllerStatus { ObservedGeneration = 2 },
    };

    /// <summary>The source, its owner's and ready.</summary>
    public static Pod SourcePod(PodOwner owner) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "shop",
            Name = "orders-0",
            Uid = "source",
            ResourceVersion = "50",
            Labels = new Dictionary<string, string>
            {
                ["app"] = "orders",
                [Markings.Revision] = Hash,
                [Markings.Instance] = Source,
            },
            OwnerReferences = owner == PodOwner.Nobody ? null : [Owner(owner.ToString(), "orders", "set")],
        },
        Spec = new PodSpec { NodeName = "node1", Containers = [new PodContainer { Name = "c", Image = "orders" }] },
        Status = Ready(true),
    };

    /// <summary>The copy as it was restored, ready and nobody's.</summary>
    public static Pod CopyPod(string name = "orders-0") => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "shop",
            Name = name,
            Uid = "copy",
            ResourceVersion = "60",
            Labels = new Dictionary<string, string> { [Markings.Instance] = Copy, [Markings.Migration] = "m1" },
            Annotations = new Dictionary<string, string>
            {
                [Markings.LabelsToTake] = JsonSerializer.Serialize(new Dictionary<string, string>
                {
                    ["app"] = "orders",
                    [Markings.Revision] = Hash,
                    [Markings.Instance] = Source,
                }),
            },
        },
        Spec = new PodSpec { NodeName = "node2", Containers = [new PodContainer { Name = "c", Image = "checkpoint" }] },
        Status = Ready(true),
    };

    public static PodStatus Ready(bool ready) => new()
    {
        Phase = "Running",
        Conditions = [new Condition { Type = "Ready", Status = ready ? "True" : "False" }],
    };


    public static Pod With(Pod pod, PodVolume volume) => pod with
    {
        Spec = pod.Spec! with
        {
            Volumes = [volume],
            Containers = [pod.Spec.Containers![0] with { VolumeMounts = [new VolumeMount { Name = volume.Name, MountPath = "/data" }] }],
        },
    };

    public static PodVolume Volume(string sort, object source) => new()
    {
        Name = "data",
        Others = new Dictionary<string, JsonElement> { [sort] = JsonSerializer.SerializeToElement(source) },
    };

    public static Observed SeenOf(PodOwner owner) => owner switch
    {
        PodOwner.StatefulSet => new Observed { StatefulSet = Set(), Named = SourcePod(owner) },
        PodOwner.ReplicaSet => new Observed
        {
            ReplicaSet = Replicas(),
            Deployment = Deployed(),
            ReplicaSets = [Replicas(), Replicas(0, "older", "2")],
            Pods = [SourcePod(owner)],
        },
        _ => new Observed { Pods = [SourcePod(owner)] },
    };

    private static LabelSelector Selecting() => new() { MatchLabels = new Dictionary<string, string> { ["app"] = "orders" } };

    private static OwnerReference Owner(string kind, string name, string uid) =>
        new() { ApiVersion = "apps/v1", Kind = kind, Name = name, Uid = uid, Controller = true };
}

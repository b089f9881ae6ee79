using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>Objects as users and the server write them.</summary>
internal static class Asked
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static StatefulMigration For(StatefulMigrationSpec? spec = null, string name = "move") => new()
    {
        ApiVersion = "migration.ms2m.io/v1alpha1",
        Kind = "StatefulMigration",
        Metadata = new ObjectMeta
        {
            Name = name,
            Namespace = "shop",
            Uid = Guid.NewGuid().ToString(),
            Generation = 1,
            CreationTimestamp = Now,
        },
        Spec = spec ?? new StatefulMigrationSpec { SourcePod = "orders-0", TargetNode = "node2" },
    };

    public static Pod Pod(string name = "orders-0", string node = "node1", string? owner = "StatefulSet", Action<Dictionary<string, string>>? marks = null)
    {
        var annotations = new Dictionary<string, string> { [Markings.Queue] = "orders" };
        marks?.Invoke(annotations);
        return new Pod
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "shop",
                Uid = $"uid-of-{name}",
                Labels = new Dictionary<string, string>
                {
                    [Markings.Workload] = name,
                    [Markings.Instance] = InstanceOf(name),
                    ["app"] = "orders",
                },
                Annotations = annotations,
                OwnerReferences = owner is null ? null :
                    [new OwnerReference { ApiVersion = "apps/v1", Kind = owner, Name = "orders", Uid = "owner", Controller = true }],
            },
            Spec = new PodSpec { NodeName = node, Containers = [new PodContainer { Name = "orders" }, new PodContainer { Name = "proxy" }] },
            Status = new PodStatus { Phase = "Running" },
        };
    }

    public static string InstanceOf(string pod) => $"{pod}-instance";

    public static Node Node(string name, bool cordoned = false, bool marked = false, string runtime = "containerd://2.1.9", bool ready = true, Taint[]? taints = null) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Uid = $"uid-of-{name}",
            Labels = marked ? new Dictionary<string, string> { [Markings.Drain] = "true" } : null,
        },
        Spec = new NodeSpec { Unschedulable = cordoned ? true : null, Taints = taints },
        Status = new NodeStatus
        {
            Conditions = [new Condition { Type = "Ready", Status = ready ? "True" : "Unknown" }],
            NodeInfo = new NodeInfo { ContainerRuntimeVersion = runtime },
        },
    };

    public static NodeReported Report(string node, long free = 4L << 30, double age = 0, bool current = true, params InstanceReported[] instances) => new(
        node, $"https://{node}:8490", Now.AddSeconds(-age), 2000, new Dictionary<string, string>(), 4, 8L << 30, free, 2L << 30,
        current ? [new NodeFeature(Migrations.Plans.Requirements.WorkloadNetwork, false, "")] : [], instances);

    public static InstanceReported Instance(string pod, long memory = 60L << 20) => new(
        InstanceOf(pod),
        new WorkloadSpec(pod, "image", "orders", new Dictionary<string, string>()) { Pod = new WorkloadPod("shop", "orders", PodOwner.Nobody, null) },
        InstanceRole.Active, 1, "running", memory, null);

    public static Condition Ended(bool completed, DateTimeOffset at, string reason = "MS2M0201") => new()
    {
        Type = "Completed",
        Status = completed ? "True" : "False",
        Reason = reason,
        Message = "It was so.",
        LastTransitionTime = at,
    };
}

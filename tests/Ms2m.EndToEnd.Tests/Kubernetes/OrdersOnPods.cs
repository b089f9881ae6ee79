using System.Text.Json;
using Ms2m.Eval.Load;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.EndToEnd.Tests.Kubernetes;

/// <summary>The sample workload as somebody would deploy it.</summary>
internal static class OrdersOnPods
{
    /// <summary>Another one in each run: uids follow from names here, and the ids of migrations from uids. The lab's store remembers
    /// those of former runs.</summary>
    public static readonly string Space = $"shop-{Guid.NewGuid().ToString("N")[..8]}";

    private const string Name = "orders";

    public static void Apply(SimulatedCluster pods, string owner)
    {
        var template = JsonSerializer.SerializeToElement(new
        {
            metadata = new
            {
                labels = new Dictionary<string, string> { ["app"] = "orders", [Markings.Workload] = OrdersWorkload.Name },
                annotations = new Dictionary<string, string> { [Markings.Queue] = OrdersWorkload.Queue },
            },
            spec = new
            {
                terminationGracePeriodSeconds = 1,
                containers = new[]
                {
                    new
                    {
                        name = "orders",
                        image = OrdersWorkload.Image,
                        env = new[] { new { name = "MS2M_QUEUE", value = OrdersWorkload.Queue }, new { name = "MS2M_WORK_MS", value = "2" }, new { name = "MS2M_STATE_MB", value = "8" } },
                        volumeMounts = new[] { new { name = "ms2m", mountPath = "/ms2m" } },
                    },
                },
            },
        });
        var spec = new ControllerSpec
        {
            Replicas = 1,
            Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "orders" } },
            Others = new Dictionary<string, JsonElement> { ["template"] = template, ["serviceName"] = JsonSerializer.SerializeToElement("orders") },
        };
        var meta = new ObjectMeta { Namespace = Space, Name = Name };
        pods.Change(cluster =>
        {
            _ = owner == "StatefulSet"
                ? (KubernetesObject)cluster.Given(Kinds.StatefulSets, new StatefulSet { Metadata = meta, Spec = spec })
                : cluster.Given(Kinds.Deployments, new Deployment { Metadata = meta, Spec = spec });
        });
    }

    public static void Remove(SimulatedCluster pods) => pods.Change(cluster =>
    {
        _ = cluster.DeleteAsync(Kinds.StatefulSets, new ObjectName(Space, Name), new Deletion(), default);
        _ = cluster.DeleteAsync(Kinds.Deployments, new ObjectName(Space, Name), new Deletion(), default);
        foreach (var pod in cluster.All(Kinds.Pods))
        {
            _ = cluster.DeleteAsync(Kinds.Pods, new ObjectName(Space, pod.Metadata.Name!), new Deletion(), default);
        }
    });
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Objects as users write them, whole enough for a real server.</summary>
internal static class Objects
{
    /// <summary>Runs for ever and does nothing. <c>MS2M_TEST_IMAGE</c> names another, where a real cluster cannot pull this
    /// one.</summary>
    public static string Image { get; } =
        Environment.GetEnvironmentVariable("MS2M_TEST_IMAGE") is { Length: > 0 } named ? named : "registry.k8s.io/pause:3.10";

    public static Pod Pod(string space, string name, string? node = null, params (string Name, string Value)[] labels) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new ObjectMeta { Namespace = space, Name = name, Labels = Map(labels) },
        Spec = new PodSpec { NodeName = node, Containers = [Container()], Others = Fields(new { terminationGracePeriodSeconds = 1 }) },
    };

    public static StatefulSet StatefulSet(string space, string name, int replicas = 1, object? more = null) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "StatefulSet",
        Metadata = new ObjectMeta { Namespace = space, Name = name },
        Spec = Spec(name, replicas, more, new { serviceName = name }),
    };

    public static Deployment Deployment(string space, string name, int replicas = 1, object? more = null) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = new ObjectMeta { Namespace = space, Name = name },
        Spec = Spec(name, replicas, more, null),
    };

    /// <summary>Its pods opt in: they are of the workload of that name.</summary>
    private static ControllerSpec Spec(string name, int replicas, object? more, object? kind) => new()
    {
        Replicas = replicas,
        Selector = new LabelSelector { MatchLabels = Map([("app", name)]) },
        Others = Fields(Merged(
            new
            {
                template = new
                {
                    metadata = new { labels = Map([("app", name), (Markings.Workload, name)]) },
                    spec = new
                    {
                        terminationGracePeriodSeconds = 1,
                        containers = new[] { new { name = "c", image = Image } },
                    },
                },
            },
            kind, more)),
    };

    private static PodContainer Container() => new() { Name = "c", Image = Image };

    private static JsonObject Merged(params object?[] parts)
    {
        var all = new JsonObject();
        foreach (var part in parts.OfType<object>())
        {
            foreach (var (name, value) in JsonSerializer.SerializeToNode(part)!.AsObject())
            {
                all[name] = value?.DeepClone();
            }
        }
        return all;
    }

    private static Dictionary<string, JsonElement> Fields(object what) =>
        JsonSerializer.SerializeToElement(what).EnumerateObject().ToDictionary(one => one.Name, one => one.Value.Clone());

    private static Dictionary<string, string> Map((string Name, string Value)[] pairs) =>
        pairs.ToDictionary(pair => pair.Name, pair => pair.Value);
}

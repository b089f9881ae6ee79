using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>What the server knows of a kind.</summary>
internal sealed record Resource(string Group, string Version, string Kind, string Plural, bool Namespaced, JsonTypeInfo Json)
{
    private static readonly HashSet<string> _withStatus =
        ["Pod", "Node", "StatefulSet", "ReplicaSet", "Deployment", "PodDisruptionBudget", "StatefulMigration"];

    /// <summary>As the server names it in its messages.</summary>
    public string Name => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>As the server names it where it judges what is in an object.</summary>
    public string KindName => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Its status is written through a subresource alone.</summary>
    public bool HasStatus => _withStatus.Contains(Kind);

    /// <summary>Counts changes of its spec.</summary>
    public bool HasGeneration => Kind is not ("Node" or "Lease" or "Event");

    public bool IsCustom => Group.Contains("ms2m", StringComparison.Ordinal);

    public static Resource Of<T>(Kind<T> kind)
        where T : KubernetesObject =>
        new(kind.Group, kind.Version, kind.Name, kind.Plural, kind.Namespaced, kind.Json);

    public ObjectKey Key(string? space, string name) => new(Name, Namespaced ? space : null, name);

    public JsonObject Write(KubernetesObject what) => JsonSerializer.SerializeToNode(what, Json)!.AsObject();

    public KubernetesObject Read(JsonNode from) => (KubernetesObject)from.Deserialize(Json)!;
}

using System.Text.Json.Serialization;

namespace Ms2m.Kubernetes.Resources;

/// <summary>How objects are written and read, generated when the project is built.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ServerTime)])]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(StatefulSet))]
[JsonSerializable(typeof(ReplicaSet))]
[JsonSerializable(typeof(Deployment))]
[JsonSerializable(typeof(Scale))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(CoreEvent))]
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(PodDisruptionBudget))]
[JsonSerializable(typeof(SelfSubjectAccessReview))]
[JsonSerializable(typeof(StatefulMigration))]
[JsonSerializable(typeof(Dictionary<string, string>))]
public sealed partial class KubernetesJson : JsonSerializerContext;

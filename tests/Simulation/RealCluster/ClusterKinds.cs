using System.Text.Json.Serialization;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation.RealCluster;

/// <summary>An object of whatever kind: all of it but its metadata stands among its others.</summary>
public sealed record AnyObject : KubernetesObject;

/// <summary>Kinds that tests need and the product does not.</summary>
public static class ClusterKinds
{
    public static Kind<AnyObject> Namespaces { get; } = Of("", "v1", "Namespace", "namespaces", namespaced: false);

    public static Kind<AnyObject> ConfigMaps { get; } = Of("", "v1", "ConfigMap", "configmaps");

    public static Kind<AnyObject> ServiceAccounts { get; } = Of("", "v1", "ServiceAccount", "serviceaccounts");

    public static Kind<AnyObject> Of(string group, string version, string name, string plural, bool namespaced = true) =>
        new(group, version, name, plural, namespaced, AnyObjectJson.Default.AnyObject);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ServerTime)])]
[JsonSerializable(typeof(AnyObject))]
internal sealed partial class AnyObjectJson : JsonSerializerContext;

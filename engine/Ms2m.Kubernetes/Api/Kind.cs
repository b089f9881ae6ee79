using System.Text.Json.Serialization.Metadata;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Api;

/// <summary>Where objects of one kind live in the API.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Plural">As in the path.</param>
public sealed record Kind<T>(string Group, string Version, string Name, string Plural, bool Namespaced, JsonTypeInfo<T> Json)
    where T : KubernetesObject
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

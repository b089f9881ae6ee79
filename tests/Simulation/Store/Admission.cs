using System.Text.RegularExpressions;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Which objects the server takes, and what it fills in.</summary>
internal static partial class Admission
{
    private const string PodIsFixed =
        "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public static KubernetesObject Named(Store store, Resource resource, KubernetesObject what, string start)
    {
        var name = "";
        for (var i = store.State.Made.Keys.Count(made => made.Name.StartsWith(start, StringComparison.Ordinal)) + 1;
            name.Length == 0 || store.State.Objects.ContainsKey(resource.Key(what.Metadata.Namespace, name)); i++)
        {
            name = $"{start}{i:x5}";
        }
        return what with { Metadata = what.Metadata with { Name = name } };
    }

    public static KubernetesObject Default(Resource resource, KubernetesObject what) => what switch
    {
        Pod pod => pod with
        {
            Spec = (pod.Spec ?? new PodSpec()) with { RestartPolicy = pod.Spec?.RestartPolicy ?? "Always" },
            Status = new PodStatus { Phase = "Pending" },
        },
        StatefulSet set => set with
        {
            Spec = set.Spec! with { Replicas = set.Spec.Replicas ?? 1 },
            Status = new ControllerStatus { Replicas = 0 },
        },
        ReplicaSet set => set with
        {
            Spec = set.Spec! with { Replicas = set.Spec.Replicas ?? 1 },
            Status = new ControllerStatus { Replicas = 0 },
        },
        Deployment deployment => deployment with
        {
            Spec = deployment.Spec! with { Replicas = deployment.Spec.Replicas ?? 1 },
            Status = new ControllerStatus(),
        },
        // A status comes only through its subresource.
        StatefulMigration migration => migration with { Status = null },
        _ => what,
    };

    public static ApiProblem? Refuse(Resource resource, KubernetesObject what)
    {
        var name = what.Metadata.Name ?? "";
        if (!Subdomain().IsMatch(name))
        {
            return Problems.Invalid(
                resource.KindName, name, "metadata.name", $"Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
        }
        var (field, why) = what switch
        {
            Pod { Spec.Containers: null or { Count: 0 } } or Pod { Spec: null } => ("spec.containers", "Required value"),
            Pod pod when pod.Spec!.Containers!.ToList().FindIndex(one => string.IsNullOrEmpty(one.Image)) is var at and >= 0 =>
                ($"spec.containers[{at}].image", "Required value"),
            StatefulSet { Spec.Selector: null } or ReplicaSet { Spec.Selector: null } or Deployment { Spec.Selector: null } =>
                ("spec.selector", "Required value"),
            Lease { Spec.LeaseDurationSeconds: <= 0 } lease =>
                ("spec.leaseDurationSeconds", $"Invalid value: {lease.Spec.LeaseDurationSeconds}: must be greater than 0"),
            _ => ("", ""),
        };
        return field.Length == 0 ? null : Problems.Invalid(resource.KindName, name, field, why);
    }

    public static ApiProblem? RefuseChange(Resource resource, KubernetesObject was, KubernetesObject wanted)
    {
        if (was is not Pod before || wanted is not Pod after)
        {
            return null;
        }
        var images = after.Spec!.Containers!.Select(one => one.Image).ToList();
        var allowed = before.Spec! with
        {
            Containers = [.. before.Spec.Containers!.Select((one, i) => one with { Image = images.ElementAtOrDefault(i) })],
        };
        return System.Text.Json.Nodes.JsonNode.DeepEquals(
            resource.Write(before with { Spec = allowed })["spec"], resource.Write(after)["spec"])
            ? null
            : Problems.Invalid(resource.KindName, before.Metadata.Name!, "spec", PodIsFixed);
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    private static partial Regex Subdomain();
}

using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>The pod of a copy: the source's, on another node, with another image in one container, and nobody's yet.</summary>
internal static class RestoredPod
{
    /// <summary>What a server fills in by itself, and refuses or gets wrong when another filled it in.</summary>
    private static readonly string[] Decided = ["ephemeralContainers", "priority", "preemptionPolicy", "schedulingGates"];

    /// <summary>What a container wants of a pod that starts its containers again, and what the server refuses in one that never
    /// does.</summary>
    private static readonly string[] OfRestarts = ["resizePolicy", "restartPolicy", "restartPolicyRules"];

    /// <summary>Annotations that say what was done for the former pod, and not what is wanted of it.</summary>
    private static readonly string[] Former =
    [
        "kubectl.kubernetes.io/last-applied-configuration", "kubernetes.io/config.", Markings.DeletionCost, Markings.Eviction,
        "cni.projectcalico.org/", "k8s.ovn.org/", "k8s.v1.cni.cncf.io/network-status", "k8s.v1.cni.cncf.io/networks-status",
        Markings.InstanceFile, Markings.LetIn, Markings.LabelsToTake, Markings.BaseImage, Markings.FormerOwner, Markings.Eviction,
    ];

    /// <param name="source">The source's pod, as the API server showed it.</param>
    /// <param name="file">What the copy finds; its migration, if there is one, becomes a label.</param>
    /// <param name="image">For the container that holds the state; null for the one that the owner's template names.</param>
    /// <param name="pull">Whether the node's runtime has the image already.</param>
    public static Pod From(Pod source, WorkloadSpec spec, InstanceFile file, string node, string? image, ImagePull pull)
    {
        var meta = source.Metadata;
        var container = spec.Pod!.Container;
        var annotations = Kept(meta);
        annotations[Markings.InstanceFile] = FilesInPods.Text(file);
        annotations[Markings.LabelsToTake] = JsonSerializer.Serialize(PodWorkloads.LabelsOf(source));
        annotations[Markings.Container] = container;
        if (PodWorkloads.BaseImageOf(source) is { } baseImage)
            annotations[Markings.BaseImage] = baseImage;
        if (OwnerOf(source) is { } owner)
            annotations[Markings.FormerOwner] = owner;
        var labels = new Dictionary<string, string> { [Markings.Instance] = file.InstanceId };
        if (file.MigrationId is { } migration)
            labels[Markings.Migration] = migration.ToString();
        return new Pod
        {
            ApiVersion = Kinds.Pods.ApiVersion,
            Kind = Kinds.Pods.Name,
            Metadata = new ObjectMeta
            {
                Name = NameOf(source, spec, file.InstanceId),
                Namespace = meta.Namespace,
                Labels = labels,
                Annotations = annotations,
            },
            Spec = source.Spec! with
            {
                NodeName = node,
                // A container that was started again would fall back to its checkpoint, or to nothing. Its owner replaces a
                // pod that has failed, and the new one waits to be let in.
                RestartPolicy = "Never",
                Containers = [.. source.Spec.Containers!
                    .Select(one => one with { Others = Without(one.Others, OfRestarts) })
                    .Select(one => one.Name != container ? one : one with
                    {
                        Image = image ?? PodWorkloads.BaseImageOf(source),
                        ImagePullPolicy = PolicyOf(pull, source, one),
                    })],
                // Sidecars stay what their own policy makes them.
                InitContainers = source.Spec.InitContainers?.Select(one => one with { Others = Without(one.Others, ["resizePolicy"]) }).ToList(),
                Others = Without(source.Spec.Others, Decided),
            },
        };
    }

    private static string? PolicyOf(ImagePull pull, Pod source, PodContainer container) => pull switch
    {
        ImagePull.Never => "Never",
        ImagePull.Always => "Always",
        // That of a copy is for the image of its checkpoint.
        _ => source.Metadata.Annotation(Markings.BaseImage) is null ? container.ImagePullPolicy : "IfNotPresent",
    };

    /// <summary>Whoever takes the name of the source's pod is told its owner's; the source itself gets its own back.</summary>
    private static string NameOf(Pod source, WorkloadSpec spec, string instance) =>
        spec.Pod!.FixedName ?? (PodWorkloads.InstanceOf(source) == instance ? source.Metadata.Name! : instance);

    private static string? OwnerOf(Pod source) =>
        source.Metadata.Controller is { } owner ? $"{owner.Kind}/{owner.Name}" : source.Metadata.Annotation(Markings.FormerOwner);

    private static Dictionary<string, string> Kept(ObjectMeta meta) =>
        (meta.Annotations ?? new Dictionary<string, string>())
            .Where(one => !Former.Any(former => one.Key.StartsWith(former, StringComparison.Ordinal)))
            .ToDictionary(one => one.Key, one => one.Value);

    private static Dictionary<string, JsonElement>? Without(Dictionary<string, JsonElement>? others, string[] names) =>
        others?.Where(one => !names.Contains(one.Key)).ToDictionary(one => one.Key, one => one.Value);
}

/// <summary>Where a container's image comes from.</summary>
internal enum ImagePull
{
    /// <summary>As the owner's template says.</summary>
    AsBefore,

    /// <summary>The node has it.</summary>
    Never,

    Always,
}

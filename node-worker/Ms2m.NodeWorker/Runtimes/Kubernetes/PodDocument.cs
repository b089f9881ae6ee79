using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>The source's pod, as the API server showed it, in its checkpoint's folder.</summary>
internal static class PodDocument
{
    public const string FileName = "pod.json";

    /// <summary>The API server takes no larger ones.</summary>
    private const int MaxBytes = 3 * 1024 * 1024;

    public static void Write(Pod pod, string folder) =>
        PrivateFiles.Replace(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.Pod));

    /// <summary>The pod, if it is the workload's: a checkpoint is not believed what it says of whom it is of.</summary>
    public static Outcome<Pod> Read(string folder, WorkloadSpec spec) => ReadFile(Path.Combine(folder, FileName), spec);

    /// <summary>The same, of a file of another name.</summary>
    public static Outcome<Pod> ReadFile(string path, WorkloadSpec spec)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > MaxBytes)
            return NodeFailures.NotThatPod("it does not say which it was");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), KubernetesJson.Default.Pod) is not { Spec: not null } pod
                ? NodeFailures.NotThatPod("it does not say which it was")
                : Refuse(pod, spec) is { } refusal ? NodeFailures.NotThatPod(refusal) : pod;
        }
        catch (JsonException)
        {
            return NodeFailures.NotThatPod("what it says of it cannot be read");
        }
    }

    private static string? Refuse(Pod pod, WorkloadSpec spec)
    {
        if (spec.Pod is not { } wanted || PodWorkloads.SpecOf(pod) is not { Pod: { } found } described)
            return "the workload is no pod, or the pod no workload";
        return described.Name != spec.Name ? $"it is {described.Name}'s"
            : found.Namespace != wanted.Namespace ? $"it is of the namespace {found.Namespace}"
            : found.Container != wanted.Container ? $"it is of the container {found.Container}"
            : null;
    }
}

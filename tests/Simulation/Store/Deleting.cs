using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>An object goes when nobody holds it any longer: a pod when its node says so, everything when its finalizers are
/// gone.</summary>
internal static class Deleting
{
    private const string Grace = "deletionGracePeriodSeconds";
    private const int DefaultGrace = 30;

    public static void Begin(Store store, ObjectKey key, KubernetesObject existing, Deletion how)
    {
        var grace = existing is Pod pod ? GraceOf(pod, how) : 0;
        var finalizers = existing.Metadata.Finalizers ?? [];
        if (how.Propagation is "Orphan" or "Foreground")
        {
            var holder = how.Propagation == "Orphan" ? "orphan" : "foregroundDeletion";
            finalizers = [.. finalizers.Union([holder])];
        }
        if (grace == 0 && finalizers.Count == 0)
        {
            store.Remove(key);
            return;
        }
        if (existing.Metadata.IsGoing && GraceLeft(existing) <= grace)
        {
            return;
        }
        store.Put(key, existing with
        {
            Metadata = existing.Metadata with
            {
                DeletionTimestamp = store.State.Now.AddSeconds(grace),
                Finalizers = finalizers.Count == 0 ? null : finalizers,
                Generation = existing.Metadata.Generation + (existing.Metadata.IsGoing ? 0 : 1),
                Others = With(existing.Metadata.Others, grace),
            },
        });
    }

    /// <summary>Nothing holds it: it may be taken away with this change.</summary>
    public static bool IsOver(KubernetesObject what) =>
        what.Metadata.IsGoing && what.Metadata.Finalizers is null or { Count: 0 } && GraceLeft(what) == 0;

    private static int GraceOf(Pod pod, Deletion how) => pod switch
    {
        { Spec.NodeName: null } or { Status.Phase: "Failed" or "Succeeded" } => 0,
        _ => how.GracePeriodSeconds ?? Number(pod.Spec?.Others, "terminationGracePeriodSeconds") ?? DefaultGrace,
    };

    private static int GraceLeft(KubernetesObject what) => Number(what.Metadata.Others, Grace) ?? 0;

    private static int? Number(Dictionary<string, JsonElement>? others, string name) =>
        others?.TryGetValue(name, out var value) == true && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private static Dictionary<string, JsonElement> With(Dictionary<string, JsonElement>? others, int grace) =>
        new(others ?? []) { [Grace] = JsonSerializer.SerializeToElement(grace) };
}

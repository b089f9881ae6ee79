using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>What the controllers that own pods have in common.</summary>
internal static class PodCalls
{
    /// <summary>A pod as a template describes it.</summary>
    public static Pod FromTemplate(ControllerSpec spec, string space)
    {
        var template = spec.Others?.TryGetValue("template", out var given) == true
            ? given.Deserialize(KubernetesJson.Default.Pod)!
            : new Pod();
        return template with
        {
            Metadata = template.Metadata with { Namespace = space },
            Spec = template.Spec ?? new PodSpec { Containers = [new PodContainer { Name = "c", Image = "template" }] },
        };
    }

    public static bool IsOwnedBy(Pod pod, KubernetesObject owner) => pod.Metadata.Controller?.Uid == owner.Metadata.Uid;

    public static bool IsActive(Pod pod) => pod.Status?.Phase is not ("Succeeded" or "Failed") && !pod.Metadata.IsGoing;

    public static OwnerReference Reference(KubernetesObject owner) => new()
    {
        ApiVersion = owner.ApiVersion!,
        Kind = owner.Kind!,
        Name = owner.Metadata.Name!,
        Uid = owner.Metadata.Uid!,
        Controller = true,
    };

    /// <summary>Patches the owner into a pod that has none; the owner itself is asked for freshly before.</summary>
    public static Write Adopt<T>(Kind<T> kind, T owner, Pod pod)
        where T : KubernetesObject => new($"adopt {pod.Metadata.Name} {pod.Metadata.Uid}", store =>
    {
        var fresh = store.Find(kind, owner.Metadata.Namespace, owner.Metadata.Name!);
        if (fresh is null || fresh.Metadata.Uid != owner.Metadata.Uid || fresh.Metadata.IsGoing)
        {
            return new ApiProblem(409, "Conflict", "the owner is gone or another");
        }
        return ChangeOwners(store, pod, [Reference(owner)]);
    }, Ends: true);

    public static Write Release(KubernetesObject owner, Pod pod) => new($"release {pod.Metadata.Name} {pod.Metadata.Uid}", store =>
        ChangeOwners(store, pod, pod.Metadata.OwnerReferences?.Where(one => one.Uid != owner.Metadata.Uid).ToList()), Ends: true);

    /// <summary>By name alone, as the real controllers delete: whoever has the name then is deleted.</summary>
    /// <param name="expects">Nothing is to be counted until the view shows it.</param>
    public static Write Delete(Pod pod, bool expects) => new($"delete {pod.Metadata.Name}", store => new Written(
        Server.Delete(
            store, Resource.Of(Kinds.Pods), new ObjectName(pod.Metadata.Namespace, pod.Metadata.Name!), new Deletion()).Problem,
        expects ? $"- {pod.Metadata.Uid}" : null));

    /// <summary>What an owner says that it has seen; refused where its view of itself is old.</summary>
    public static Write Status<T>(Kind<T> kind, T owner, ControllerStatus status, Func<T, ControllerStatus, T> with)
        where T : KubernetesObject => new($"status {JsonSerializer.Serialize(status, typeof(ControllerStatus), KubernetesJson.Default)}", store =>
    {
        if (store.Find(kind, owner.Metadata.Namespace, owner.Metadata.Name!) is not { } fresh
            || fresh.Metadata.ResourceVersion != owner.Metadata.ResourceVersion)
        {
            return Problems.Modified(KeyOf(kind, owner));
        }
        store.Put(kind, with(fresh, status));
        return Written.Well;
    }, Version: (KeyOf(kind, owner), owner.Metadata.ResourceVersion));

    private static ObjectKey KeyOf<T>(Kind<T> kind, T what)
        where T : KubernetesObject => Resource.Of(kind).Key(what.Metadata.Namespace, what.Metadata.Name!);

    private static Written ChangeOwners(Store store, Pod pod, List<OwnerReference>? owners)
    {
        if (store.Find(Kinds.Pods, pod.Metadata.Namespace, pod.Metadata.Name!) is not { } fresh)
        {
            return new ApiProblem(404, "NotFound", "gone");
        }
        if (fresh.Metadata.Uid != pod.Metadata.Uid)
        {
            return new ApiProblem(409, "Conflict", "another");
        }
        // Two controllers cannot both own it: the server refuses.
        if (owners is { Count: > 0 } && fresh.Metadata.Controller is { } other && other.Uid != owners[0].Uid)
        {
            return new ApiProblem(422, "Invalid", "Only one reference can have Controller set to true");
        }
        // A change of nothing makes no new version.
        if (!(fresh.Metadata.OwnerReferences ?? []).Select(one => one.Uid).SequenceEqual((owners ?? []).Select(one => one.Uid)))
        {
            store.Put(Kinds.Pods, fresh with
            {
                Metadata = fresh.Metadata with { OwnerReferences = owners is { Count: > 0 } ? owners : null },
            });
        }
        return Written.Well;
    }
}

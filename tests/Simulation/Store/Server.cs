using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>What the API server allows, and what it adds and answers.</summary>
internal static class Server
{
    public static ApiAnswer<T> Create<T>(Store store, Kind<T> kind, T what)
        where T : KubernetesObject
    {
        var resource = Resource.Of(kind);
        if (what.Metadata.Name is null && what.Metadata.GenerateName is { } start)
        {
            what = (T)Admission.Named(store, resource, what, start);
        }
        if (Admission.Refuse(resource, what) is { } problem)
        {
            return problem;
        }
        var key = resource.Key(what.Metadata.Namespace, what.Metadata.Name!);
        return store.State.Objects.ContainsKey(key)
            ? Problems.AlreadyExists(key)
            : (T)store.Add(resource, key, Admission.Default(resource, what));
    }

    public static ApiAnswer<T> Replace<T>(Store store, Kind<T> kind, T what, string? subresource)
        where T : KubernetesObject
    {
        var resource = Resource.Of(kind);
        var key = resource.Key(what.Metadata.Namespace, what.Metadata.Name!);
        if (store.State.Objects.GetValueOrDefault(key) is not { } existing)
        {
            return Problems.NotFound(key);
        }
        if (what.Metadata.Uid is { } uid && uid != existing.Metadata.Uid)
        {
            return Problems.WrongUid(key, uid, existing.Metadata.Uid!);
        }
        if (resource.IsCustom && what.Metadata.ResourceVersion is null)
        {
            return Problems.Invalid(
                resource.KindName, key.Name, "metadata.resourceVersion", "Invalid value: 0: must be specified for an update");
        }
        return Cast<T>(Update(store, resource, key, existing, resource.Write(what), subresource));
    }

    public static ApiAnswer<T> Change<T>(Store store, Kind<T> kind, ObjectName name, Patch patch, string? subresource)
        where T : KubernetesObject
    {
        var resource = Resource.Of(kind);
        var key = resource.Key(name.Namespace, name.Name);
        if (resource.IsCustom && patch.ContentType.Contains("strategic", StringComparison.Ordinal))
        {
            return Problems.UnknownPatch;
        }
        if (store.State.Objects.GetValueOrDefault(key) is not { } existing)
        {
            return patch.ContentType.Contains("apply", StringComparison.Ordinal)
                ? Create(store, kind, (T)resource.Read(patch.Body))
                : Problems.NotFound(key);
        }
        return Patches.Apply(resource.Write(existing), patch) is { } wanted
            ? Cast<T>(Update(store, resource, key, existing, wanted, subresource))
            : Problems.TestFailed;
    }

    public static ApiAnswer<Done> Delete(Store store, Resource resource, ObjectName name, Deletion how)
    {
        var key = resource.Key(name.Namespace, name.Name);
        if (store.State.Objects.GetValueOrDefault(key) is not { } existing)
        {
            return Problems.NotFound(key);
        }
        if (how.Uid is { } uid && uid != existing.Metadata.Uid)
        {
            return Problems.DeletesAnotherUid(resource, name.Name, uid, existing.Metadata.Uid!);
        }
        if (how.ResourceVersion is { } version && version != existing.Metadata.ResourceVersion)
        {
            return Problems.DeletesAnotherVersion(resource, name.Name, version, existing.Metadata.ResourceVersion);
        }
        Deleting.Begin(store, key, existing, how);
        return default(Done);
    }

    private static ApiAnswer<KubernetesObject> Update(
        Store store, Resource resource, ObjectKey key, KubernetesObject existing, JsonObject wanted, string? subresource)
    {
        var (was, meta) = (resource.Write(existing), wanted["metadata"]!.AsObject());
        if ((string?)meta["resourceVersion"] is { } version && version != existing.Metadata.ResourceVersion)
        {
            return Problems.Modified(key);
        }
        // For a patch a uid is no precondition but a field like others, which cannot be changed.
        if ((string?)meta["uid"] is { } uid && uid != existing.Metadata.Uid)
        {
            return Problems.Invalid(resource.KindName, key.Name, "metadata.uid", $"Invalid value: \"{uid}\": field is immutable");
        }
        if (subresource == "status")
        {
            // Only the status is taken from it.
            var status = wanted["status"]?.DeepClone();
            (wanted = was.DeepClone().AsObject())["status"] = status;
        }
        else if (resource.HasStatus)
        {
            wanted["status"] = was["status"]?.DeepClone();
        }
        Keep(was["metadata"]!.AsObject(), wanted["metadata"]!.AsObject());
        foreach (var (name, _) in wanted.Where(one => one.Value is null).ToList())
        {
            wanted.Remove(name);
        }
        if (JsonNode.DeepEquals(was, wanted))
        {
            return existing;
        }
        var changed = resource.Read(wanted);
        if ((Admission.Refuse(resource, changed) ?? Admission.RefuseChange(resource, existing, changed)) is { } problem)
        {
            return problem;
        }
        if (resource.HasGeneration && !JsonNode.DeepEquals(was["spec"], wanted["spec"]))
        {
            changed = changed with { Metadata = changed.Metadata with { Generation = existing.Metadata.Generation + 1 } };
        }
        if (Deleting.IsOver(changed))
        {
            // The answer shows it as it last was.
            store.Remove(key);
            return changed;
        }
        return store.Put(key, changed);
    }

    /// <summary>What no one can change.</summary>
    private static void Keep(JsonObject was, JsonObject wanted)
    {
        foreach (var name in new[]
        {
            "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generateName",
        })
        {
            wanted.Remove(name);
            if (was[name] is { } kept)
            {
                wanted[name] = kept.DeepClone();
            }
        }
    }

    private static ApiAnswer<T> Cast<T>(ApiAnswer<KubernetesObject> answer)
        where T : KubernetesObject =>
        answer.Problem is { } problem ? problem : (T)answer.Value;
}

using System.Collections.Immutable;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Deletes what is owned by nobody any longer, and lets go of what an owner that goes leaves behind.</summary>
internal sealed class GarbageCollector : IController
{
    public string Name => "garbage";

    public IReadOnlyList<string> Watches { get; } =
        ["pods", "statefulsets.apps", "replicasets.apps", "deployments.apps", "statefulmigrations.migration.ms2m.io"];

    public ImmutableList<Write> Plan(ControllerMemory memory)
    {
        var all = memory.View.Known.Values.ToList();
        var there = all.Select(one => one.Metadata.Uid).ToHashSet();
        foreach (var owner in all.Where(one => one.Metadata.IsGoing && Holder(one) is not null))
        {
            var owned = all.Where(one => one.Metadata.OwnerReferences?.Any(by => by.Uid == owner.Metadata.Uid) == true).ToList();
            return owned.FirstOrDefault(one => Holder(owner) == "orphan" || !one.Metadata.IsGoing) is { } next
                ? [Holder(owner) == "orphan" ? LetGo(memory, next, owner) : Delete(memory, next)]
                : owned.Count == 0 ? [Finish(memory, owner)] : [];
        }
        var stray = all.FirstOrDefault(one => one.Metadata.OwnerReferences is { Count: > 0 } owners && !one.Metadata.IsGoing
            && owners.All(by => !there.Contains(by.Uid)));
        return stray is null ? [] : [Delete(memory, stray)];
    }

    private static string? Holder(KubernetesObject what) =>
        what.Metadata.Finalizers?.FirstOrDefault(one => one is "orphan" or "foregroundDeletion");

    private static ObjectKey KeyOf(ControllerMemory memory, KubernetesObject what) =>
        memory.View.Known.First(one => ReferenceEquals(one.Value, what)).Key;

    private static Write Delete(ControllerMemory memory, KubernetesObject what)
    {
        var key = KeyOf(memory, what);
        return new Write($"collect {key} {what.Metadata.Uid}", store =>
        {
            if (store.State.Objects.GetValueOrDefault(key) is not { } fresh || fresh.Metadata.Uid != what.Metadata.Uid)
            {
                return Problems.NotFound(key);
            }
            // An owner that came back under its uid is asked for before.
            if (fresh.Metadata.OwnerReferences?.Any(by => store.State.Objects.Values.Any(one => one.Metadata.Uid == by.Uid && !one.Metadata.IsGoing)) == true)
            {
                return Problems.Modified(key);
            }
            Deleting.Begin(store, key, fresh, new Deletion());
            return Written.Well;
        });
    }

    private static Write LetGo(ControllerMemory memory, KubernetesObject what, KubernetesObject owner) => Change(
        memory, what, "let go", fresh => fresh with
        {
            Metadata = fresh.Metadata with
            {
                OwnerReferences = fresh.Metadata.OwnerReferences?.Where(one => one.Uid != owner.Metadata.Uid).ToList() is { Count: > 0 } left
                    ? left
                    : null,
            },
        });

    private static Write Finish(ControllerMemory memory, KubernetesObject owner) => Change(
        memory, owner, "finish", fresh => fresh with
        {
            Metadata = fresh.Metadata with { Finalizers = [.. (fresh.Metadata.Finalizers ?? []).Where(one => one != Holder(owner))] },
        });

    private static Write Change(ControllerMemory memory, KubernetesObject what, string says, Func<KubernetesObject, KubernetesObject> how)
    {
        var key = KeyOf(memory, what);
        return new Write($"{says} {key}", store =>
        {
            if (store.State.Objects.GetValueOrDefault(key) is not { } fresh || fresh.Metadata.Uid != what.Metadata.Uid)
            {
                return Problems.NotFound(key);
            }
            var changed = how(fresh);
            if (Deleting.IsOver(changed))
            {
                store.Remove(key);
            }
            else
            {
                store.Put(key, changed);
            }
            return Written.Well;
        });
    }
}

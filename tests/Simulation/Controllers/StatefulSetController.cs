using System.Collections.Immutable;
using System.Globalization;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Knows its pods by their names: takes over the ones of its pattern that match its selector and have no owner, makes
/// those that are missing, deletes those above its count by name, one after the other from the highest, and says what it has
/// seen.</summary>
internal sealed class StatefulSetController : IController
{
    private const string PodName = "statefulset.kubernetes.io/pod-name";
    private const string PodIndex = "apps.kubernetes.io/pod-index";

    public string Name => "statefulset";

    public IReadOnlyList<string> Watches { get; } = ["pods", "statefulsets.apps"];

    public ImmutableList<Write> Plan(ControllerMemory memory)
    {
        foreach (var set in memory.View.All<StatefulSet>("statefulsets.apps"))
        {
            if (Plan(set, [.. memory.View.All<Pod>("pods").Where(pod => pod.Metadata.Namespace == set.Metadata.Namespace)])
                is { Count: > 0 } planned)
            {
                return planned;
            }
        }
        return [];
    }

    private static ImmutableList<Write> Plan(StatefulSet set, List<Pod> pods)
    {
        var calls = ImmutableList.CreateBuilder<Write>();
        var members = new List<Pod>();
        foreach (var pod in pods.Where(pod => OrdinalOf(set, pod) >= 0))
        {
            var matches = Selecting.Matches(set.Spec!.Selector, pod.Metadata.Labels);
            if (PodCalls.IsOwnedBy(pod, set) && matches)
            {
                members.Add(pod);
            }
            else if (PodCalls.IsOwnedBy(pod, set) && !set.Metadata.IsGoing)
            {
                calls.Add(PodCalls.Release(set, pod));
            }
            else if (pod.Metadata.Controller is null && matches && !pod.Metadata.IsGoing && !set.Metadata.IsGoing)
            {
                calls.Add(PodCalls.Adopt(Kinds.StatefulSets, set, pod));
                members.Add(pod);
            }
        }
        if (!set.Metadata.IsGoing)
        {
            calls.AddRange(Manage(set, members));
        }
        var revision = RevisionOf(set);
        var status = (set.Status ?? new ControllerStatus()) with
        {
            ObservedGeneration = set.Metadata.Generation,
            Replicas = members.Count,
            ReadyReplicas = members.Count(IsRunningAndReady),
            CurrentRevision = Updated(set, members, revision) ? revision : set.Status?.CurrentRevision ?? revision,
            UpdateRevision = revision,
        };
        if (status != set.Status)
        {
            // Told even when a call before it failed.
            calls.Add(PodCalls.Status(Kinds.StatefulSets, set, status, (fresh, said) => fresh with { Status = said }));
        }
        return calls.ToImmutable();
    }

    private static IEnumerable<Write> Manage(StatefulSet set, List<Pod> members)
    {
        var (first, count) = (FirstOrdinal(set), set.Spec!.Replicas ?? 1);
        var inOrder = !IsParallel(set);
        for (var ordinal = first; ordinal < first + count; ordinal++)
        {
            var pod = members.Find(one => OrdinalOf(set, one) == ordinal);
            if (pod is null)
            {
                yield return Create(set, ordinal);
            }
            else if (pod.Status?.Phase is "Failed" or "Succeeded")
            {
                if (!pod.Metadata.IsGoing)
                {
                    yield return PodCalls.Delete(pod, expects: false);
                }
            }
            else if (IsRunningAndReady(pod) && !pod.Metadata.IsGoing)
            {
                continue;
            }
            // One after the other: what comes later waits until this one is running and ready.
            if (inOrder)
            {
                yield break;
            }
        }
        var condemned = members.Where(pod => OrdinalOf(set, pod) is var at && (at < first || at >= first + count))
            .OrderByDescending(pod => OrdinalOf(set, pod)).ToList();
        foreach (var pod in condemned)
        {
            if (!pod.Metadata.IsGoing)
            {
                yield return PodCalls.Delete(pod, expects: false);
            }
            if (inOrder)
            {
                yield break;
            }
        }
        if (condemned.Count == 0 && Outdated(set, members) is { } old)
        {
            yield return PodCalls.Delete(old, expects: false);
        }
    }

    private static Write Create(StatefulSet set, int ordinal) => new($"create {set.Metadata.Name}-{ordinal} {RevisionOf(set)}", store =>
    {
        var name = $"{set.Metadata.Name}-{ordinal}";
        var pod = PodCalls.FromTemplate(set.Spec!, set.Metadata.Namespace!);
        return Server.Create(store, Kinds.Pods, pod with
        {
            Metadata = pod.Metadata with
            {
                Name = name,
                GenerateName = $"{set.Metadata.Name}-",
                OwnerReferences = [PodCalls.Reference(set)],
                Labels = new Dictionary<string, string>(pod.Metadata.Labels ?? new Dictionary<string, string>())
                {
                    [PodName] = name,
                    [PodIndex] = ordinal.ToString(CultureInfo.InvariantCulture),
                    [Markings.Revision] = RevisionOf(set),
                },
            },
            Spec = pod.Spec! with { Hostname = name },
        }).Problem;
    });

    public static int OrdinalOf(StatefulSet set, Pod pod)
    {
        var start = $"{set.Metadata.Name}-";
        return pod.Metadata.Name!.StartsWith(start, StringComparison.Ordinal)
            && int.TryParse(pod.Metadata.Name.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            ? ordinal
            : -1;
    }

    /// <summary>The name that the set's present template has as a revision.</summary>
    public static string RevisionOf(StatefulSet set) => $"{set.Metadata.Name}-{Templates.Hash(set.Spec!)}";

    private static Pod? Outdated(StatefulSet set, List<Pod> members)
    {
        if (set.Spec!.UpdateStrategy?.Type == "OnDelete")
        {
            return null;
        }
        var partition = set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;
        return members.OrderByDescending(pod => OrdinalOf(set, pod)).FirstOrDefault(pod =>
            OrdinalOf(set, pod) >= partition && !pod.Metadata.IsGoing && pod.Metadata.Label(Markings.Revision) != RevisionOf(set));
    }

    private static bool Updated(StatefulSet set, List<Pod> members, string revision) =>
        members.Count == set.Spec!.Replicas
        && members.TrueForAll(pod => pod.Metadata.Label(Markings.Revision) == revision && IsRunningAndReady(pod));

    private static bool IsRunningAndReady(Pod pod) => pod.Status?.Phase == "Running" && pod.IsReady;

    private static bool IsParallel(StatefulSet set) => set.Spec!.PodManagementPolicy == "Parallel";

    private static int FirstOrdinal(StatefulSet set) => set.Spec!.Ordinals?.Start ?? 0;
}

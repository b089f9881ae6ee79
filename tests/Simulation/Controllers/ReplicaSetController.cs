using System.Collections.Immutable;
using System.Globalization;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Knows its pods by their labels: takes over those that match and have no owner, lets go those that match no longer,
/// makes as many as are missing and deletes as many as are too many, the least useful first. What has ended or is going does
/// not count. It counts anew only when its view shows what it did last.</summary>
internal sealed class ReplicaSetController : IController
{
    public string Name => "replicaset";

    public IReadOnlyList<string> Watches { get; } = ["pods", "replicasets.apps"];

    public ImmutableList<Write> Plan(ControllerMemory memory)
    {
        foreach (var set in memory.View.All<ReplicaSet>("replicasets.apps").Where(set => !set.Metadata.IsGoing))
        {
            if (Plan(set, memory) is { Count: > 0 } planned)
            {
                return planned;
            }
        }
        return [];
    }

    public bool Shows(View view, string expected)
    {
        var (sign, what) = (expected[0], expected[2..]);
        return sign == '+'
            ? view.All<Pod>("pods").Any(pod => pod.Metadata.Uid == what)
            : view.All<Pod>("pods").All(pod => pod.Metadata.Uid != what || pod.Metadata.IsGoing);
    }

    private static ImmutableList<Write> Plan(ReplicaSet set, ControllerMemory memory)
    {
        var calls = ImmutableList.CreateBuilder<Write>();
        var members = new List<Pod>();
        foreach (var pod in memory.View.All<Pod>("pods").Where(PodCalls.IsActive))
        {
            var matches = Selecting.Matches(set.Spec!.Selector, pod.Metadata.Labels);
            if (PodCalls.IsOwnedBy(pod, set) && matches)
            {
                members.Add(pod);
            }
            else if (PodCalls.IsOwnedBy(pod, set))
            {
                calls.Add(PodCalls.Release(set, pod));
            }
            else if (pod.Metadata.Controller is null && matches && pod.Metadata.Namespace == set.Metadata.Namespace)
            {
                calls.Add(PodCalls.Adopt(Kinds.ReplicaSets, set, pod));
                members.Add(pod);
            }
        }
        if (memory.Expected.IsEmpty)
        {
            calls.AddRange(Manage(set, members));
        }
        var status = (set.Status ?? new ControllerStatus()) with
        {
            ObservedGeneration = set.Metadata.Generation,
            Replicas = members.Count,
            ReadyReplicas = members.Count(pod => pod.IsReady),
        };
        if (status != set.Status)
        {
            calls.Add(PodCalls.Status(Kinds.ReplicaSets, set, status, (fresh, said) => fresh with { Status = said }));
        }
        return calls.ToImmutable();
    }

    private static IEnumerable<Write> Manage(ReplicaSet set, List<Pod> members)
    {
        var more = (set.Spec!.Replicas ?? 1) - members.Count;
        for (var i = 0; i < more; i++)
        {
            yield return Create(set);
        }
        foreach (var pod in LeastUsefulFirst(members).Take(-Math.Min(more, 0)))
        {
            yield return PodCalls.Delete(pod, expects: true);
        }
    }

    /// <summary>The order in which surplus pods are deleted.</summary>
    public static IEnumerable<Pod> LeastUsefulFirst(IEnumerable<Pod> pods) => pods
        .OrderBy(pod => pod.Spec?.NodeName is null ? 0 : 1)
        .ThenBy(pod => pod.Status?.Phase switch { "Pending" => 0, "Unknown" => 1, _ => 2 })
        .ThenBy(pod => pod.IsReady ? 1 : 0)
        .ThenBy(CostOf)
        .ThenByDescending(Containers.Restarts)
        .ThenByDescending(pod => pod.Metadata.CreationTimestamp)
        // The real one goes by the time of readiness in powers, then by uid: no one may rely on it. This is the worst for a
        // copy: what is owned already stays.
        .ThenBy(pod => pod.Metadata.Controller is null ? 0 : 1)
        .ThenBy(pod => pod.Metadata.Label(Markings.Migration) is null ? 1 : 0);

    private static int CostOf(Pod pod) =>
        int.TryParse(pod.Metadata.Annotation(Markings.DeletionCost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var cost) ? cost : 0;

    private static Write Create(ReplicaSet set)
    {
        var pod = PodCalls.FromTemplate(set.Spec!, set.Metadata.Namespace!);
        return new Write("create", store =>
        {
            var answer = Server.Create(store, Kinds.Pods, pod with
            {
                Metadata = pod.Metadata with
                {
                    GenerateName = $"{set.Metadata.Name}-",
                    OwnerReferences = [PodCalls.Reference(set)],
                },
            });
            return new Written(answer.Problem, answer.Problem is null ? $"+ {answer.Value.Metadata.Uid}" : null);
        });
    }
}

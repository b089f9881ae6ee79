using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation;

/// <summary>Keeps a ReplicaSet for its present template, and rolls over to it: the new one is scaled up, and the old ones
/// down when it is ready (the other way round where the strategy is to recreate).</summary>
internal sealed class DeploymentController : IController
{
    private const string HashLabel = "pod-template-hash";
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    public string Name => "deployment";

    public IReadOnlyList<string> Watches { get; } = ["replicasets.apps", "deployments.apps"];

    public ImmutableList<Write> Plan(ControllerMemory memory)
    {
        foreach (var deployment in memory.View.All<Deployment>("deployments.apps").Where(one => !one.Metadata.IsGoing))
        {
            var owned = memory.View.All<ReplicaSet>("replicasets.apps")
                .Where(set => set.Metadata.Controller?.Uid == deployment.Metadata.Uid).ToList();
            if (Next(deployment, owned) is { } write)
            {
                return [write];
            }
        }
        return [];
    }

    private static Write? Next(Deployment deployment, List<ReplicaSet> owned)
    {
        var hash = Templates.Hash(deployment.Spec!);
        var present = owned.Find(set => set.Metadata.Label(HashLabel) == hash);
        var (wanted, paused) = (deployment.Spec!.Replicas ?? 1, deployment.Spec.Paused == true);
        if (present is null)
        {
            return paused ? Status(deployment, owned, present) : Create(deployment, hash, owned.Count + 1);
        }
        var old = owned.Where(set => set != present && set.Spec!.Replicas > 0).ToList();
        if (paused && old.Count > 0)
        {
            return Status(deployment, owned, present);
        }
        if (Recreates(deployment) && old.Count > 0)
        {
            return Scale(old[0], 0);
        }
        if (present.Spec!.Replicas != wanted && (!Recreates(deployment) || old.TrueForAll(set => set.Status?.Replicas is 0 or null)))
        {
            return Scale(present, wanted);
        }
        return old.Count > 0 && present.Status?.ReadyReplicas >= wanted ? Scale(old[0], 0) : Status(deployment, owned, present);
    }

    private static Write Create(Deployment deployment, string hash, int revision) => new($"create {deployment.Metadata.Name}-{hash}", store =>
    {
        var labels = new Dictionary<string, string>(deployment.Spec!.Selector?.MatchLabels ?? new Dictionary<string, string>())
        {
            [HashLabel] = hash,
        };
        var template = deployment.Spec.Others?.TryGetValue("template", out var given) == true
            ? JsonNode.Parse(given.GetRawText())!.AsObject()
            : [];
        var meta = template["metadata"] as JsonObject ?? [];
        template["metadata"] = meta.DeepClone();
        var marks = template["metadata"]!["labels"] as JsonObject ?? [];
        marks[HashLabel] = hash;
        template["metadata"]!["labels"] = marks.DeepClone();
        return Server.Create(store, Kinds.ReplicaSets, new ReplicaSet
        {
            Metadata = new ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels,
                Annotations = new Dictionary<string, string>
                {
                    [RevisionAnnotation] = revision.ToString(CultureInfo.InvariantCulture),
                },
                OwnerReferences = [PodCalls.Reference(deployment)],
            },
            Spec = new ControllerSpec
            {
                Replicas = 0,
                Selector = deployment.Spec.Selector! with { MatchLabels = labels },
                Others = new Dictionary<string, JsonElement> { ["template"] = JsonSerializer.SerializeToElement(template) },
            },
        }).Problem;
    });

    private static Write Scale(ReplicaSet set, int replicas) => new($"scale {set.Metadata.Name} {replicas}", store =>
    {
        if (store.Find(Kinds.ReplicaSets, set.Metadata.Namespace, set.Metadata.Name!) is not { } fresh
            || fresh.Metadata.ResourceVersion != set.Metadata.ResourceVersion)
        {
            return new ApiProblem(409, "Conflict", "changed");
        }
        store.Put(Kinds.ReplicaSets, fresh with
        {
            Spec = fresh.Spec! with { Replicas = replicas },
            Metadata = fresh.Metadata with { Generation = fresh.Metadata.Generation + 1 },
        });
        return Written.Well;
    });

    private static Write? Status(Deployment deployment, List<ReplicaSet> owned, ReplicaSet? present)
    {
        var status = (deployment.Status ?? new ControllerStatus()) with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = owned.Sum(set => set.Status?.Replicas ?? 0),
            ReadyReplicas = owned.Sum(set => set.Status?.ReadyReplicas ?? 0),
            UpdatedReplicas = present?.Status?.Replicas ?? 0,
        };
        return status == deployment.Status
            ? null
            : PodCalls.Status(Kinds.Deployments, deployment, status, (fresh, said) => fresh with { Status = said });
    }

    private static bool Recreates(Deployment deployment) =>
        deployment.Spec!.Others?.TryGetValue("strategy", out var strategy) == true
        && strategy.TryGetProperty("type", out var type) && type.GetString() == "Recreate";
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>What a call of the client came to: what it gave as JSON (null where it gives nothing), or the problem.</summary>
internal sealed record Outcome(JsonNode? Given, ApiProblem? Problem)
{
    public static Outcome Of<T>(ApiAnswer<T> answer, Func<T, JsonNode?> json) =>
        answer.Problem is { } problem ? new Outcome(null, problem) : new Outcome(json(answer.Value), null);
}

/// <summary>Makes, with the client, the call that was recorded.</summary>
internal static class RecordedCall
{
    public static Task<Outcome> MakeAsync(Transcript transcript, KubernetesClient client, Uri kubelet)
    {
        if (transcript.Target == "/version")
        {
            return VersionAsync(client);
        }

        if (transcript.Place.Contains("/checkpoint/", StringComparison.Ordinal))
        {
            return CheckpointAsync(transcript, client, kubelet);
        }

        var path = RecordedPath.Of(transcript);
        return (path.Group, path.Plural) switch
        {
            ("", "pods") => MakeAsync(transcript, path, Kinds.Pods, client),
            ("", "nodes") => MakeAsync(transcript, path, Kinds.Nodes, client),
            ("", "events") => MakeAsync(transcript, path, Kinds.Events, client),
            ("apps", "statefulsets") => MakeAsync(transcript, path, Kinds.StatefulSets, client),
            ("apps", "deployments") => MakeAsync(transcript, path, Kinds.Deployments, client),
            ("apps", "replicasets") => MakeAsync(transcript, path, Kinds.ReplicaSets, client),
            (_, "leases") => MakeAsync(transcript, path, Kinds.Leases, client),
            (_, "poddisruptionbudgets") => MakeAsync(transcript, path, Kinds.Budgets, client),
            (_, "selfsubjectaccessreviews") => MakeAsync(transcript, path, Kinds.AccessReviews, client),
            // As recorded, the custom resource had another group than ours.
            _ => MakeAsync(transcript, path, Unknown(transcript, path), client),
        };
    }

    private static Kind<AnyObject> Unknown(Transcript transcript, RecordedPath path) => ClusterKinds.Of(
        path.Group, path.Version, (transcript.Body as JsonObject)?["kind"]?.GetValue<string>() ?? ItemKind(transcript), path.Plural, path.Namespace is not null);

    private static string ItemKind(Transcript transcript) =>
        (transcript.Answer as JsonObject)?["kind"]?.GetValue<string>().Replace("List", "", StringComparison.Ordinal) ?? "Thing";

    private static async Task<Outcome> VersionAsync(KubernetesClient client) =>
        Outcome.Of(await client.VersionAsync(default), version => new JsonObject { ["gitVersion"] = version });

    private static async Task<Outcome> CheckpointAsync(Transcript transcript, KubernetesClient client, Uri kubelet)
    {
        var words = transcript.Place.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var limit = transcript.Query.TryGetValue("timeout", out var seconds)
            ? TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture))
            : (TimeSpan?)null;
        var order = transcript.IsKubelets
            ? new CheckpointOrder("node2", words[1], words[2], words[3], kubelet, limit)
            : new CheckpointOrder(words[3], words[6], words[7], words[8], null, limit);
        return Outcome.Of(await client.CheckpointAsync(order, default), archive => new JsonObject { ["items"] = new JsonArray(archive) });
    }

    private static async Task<Outcome> MakeAsync<T>(Transcript transcript, RecordedPath path, Kind<T> kind, KubernetesClient client)
        where T : KubernetesObject
    {
        var name = new ObjectName(path.Namespace, path.Name ?? "");
        JsonNode? Json(T given) => JsonSerializer.SerializeToNode(given, kind.Json);
        return (transcript.Method.Method, path) switch
        {
            ("GET", { Name: null }) => Outcome.Of(await client.ListAsync(kind, Which(transcript, path), default), list => ListOf(list, kind)),
            ("GET", { Subresource: null }) => Outcome.Of(await client.GetAsync(kind, name, default), Json),
            ("POST", { Name: null }) => Outcome.Of(await client.CreateAsync(kind, Sent(transcript, path, kind), default), Json),
            ("POST", { Subresource: "eviction" }) => Outcome.Of(await client.EvictAsync(name, new Deletion(), default), _ => null),
            ("PUT", { Subresource: "scale" }) => await ScalePutAsync(transcript, name, client),
            ("PUT", _) => Outcome.Of(await client.ReplaceAsync(kind, Sent(transcript, path, kind), default, path.Subresource), Json),
            ("PATCH", { Subresource: "scale" }) => Outcome.Of(
                await client.ScaleAsync(kind, name, transcript.Body!["spec"]!["replicas"]!.GetValue<int>(), default),
                scale => JsonSerializer.SerializeToNode(scale, KubernetesJson.Default.Scale)),
            ("PATCH", _) => Outcome.Of(await client.PatchAsync(kind, name, PatchOf(transcript), default, path.Subresource), Json),
            ("DELETE", _) => Outcome.Of(await client.DeleteAsync(kind, name, How(transcript), default), _ => null),
            _ => throw new InvalidOperationException($"The client has no call for {transcript.Method} {transcript.Target}."),
        };
    }

    /// <summary>The client changes a scale by patches; to put one is what its kind is for.</summary>
    private static async Task<Outcome> ScalePutAsync(Transcript transcript, ObjectName name, KubernetesClient client)
    {
        var scales = new Kind<Scale>("apps", "v1", "Scale", "statefulsets", true, KubernetesJson.Default.Scale);
        var scale = transcript.Body.Deserialize(KubernetesJson.Default.Scale)!;
        Assert.Equal(name.Name, scale.Metadata.Name);
        return Outcome.Of(
            await client.ReplaceAsync(scales, scale, default, "scale"), given => JsonSerializer.SerializeToNode(given, scales.Json));
    }

    private static T Sent<T>(Transcript transcript, RecordedPath path, Kind<T> kind)
        where T : KubernetesObject
    {
        var what = transcript.Body.Deserialize(kind.Json)!;
        return what with { Metadata = what.Metadata with { Namespace = path.Namespace } };
    }

    private static JsonObject ListOf<T>(ObjectList<T> list, Kind<T> kind)
        where T : KubernetesObject => new()
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = list.ResourceVersion },
            ["items"] = new JsonArray([.. list.Items.Select(item => JsonSerializer.SerializeToNode(item, kind.Json))]),
        };

    private static Selection Which(Transcript transcript, RecordedPath path) =>
        new(path.Namespace, transcript.Query.GetValueOrDefault("labelSelector"), transcript.Query.GetValueOrDefault("fieldSelector"));

    private static Patch PatchOf(Transcript transcript) => transcript.ContentType switch
    {
        "application/merge-patch+json" => Patch.Merge(transcript.Body!.AsObject()),
        "application/strategic-merge-patch+json" => Patch.Strategic(transcript.Body!.AsObject()),
        "application/json-patch+json" => Patch.Operations(transcript.Body!.AsArray()),
        "application/apply-patch+yaml" => Patch.Apply(
            transcript.Body!.AsObject(), transcript.Query["fieldManager"], transcript.Query["force"] == "true"),
        var other => throw new InvalidOperationException($"There is no patch of type {other}."),
    };

    private static Deletion How(Transcript transcript)
    {
        var grace = transcript.Query.TryGetValue("gracePeriodSeconds", out var text)
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
            : transcript.Body?["gracePeriodSeconds"]?.GetValue<int>();
        var preconditions = transcript.Body?["preconditions"];
        return new Deletion
        {
            GracePeriodSeconds = grace,
            Propagation = transcript.Body?["propagationPolicy"]?.GetValue<string>(),
            Uid = preconditions?["uid"]?.GetValue<string>(),
            ResourceVersion = preconditions?["resourceVersion"]?.GetValue<string>(),
        };
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation.Http;

/// <summary>Serves the objects of one kind.</summary>
internal interface IKindEndpoint
{
    /// <summary>As it stands in a path: <c>v1/pods</c>, <c>apps/v1/statefulsets</c>.</summary>
    string Place { get; }

    Task ServeAsync(HttpContext http, string? space, string? name, string? subresource);
}

internal sealed class KindEndpoint<T>(SimulatedCluster cluster, Kind<T> kind) : IKindEndpoint
    where T : KubernetesObject
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    public string Place => $"{kind.ApiVersion}/{kind.Plural}";

    public Task ServeAsync(HttpContext http, string? space, string? name, string? subresource) => (http.Request.Method, name) switch
    {
        ("GET", null) when http.Request.Query.ContainsKey("watch") => WatchAsync(http, Which(http, space)),
        ("GET", null) => ListAsync(http, Which(http, space)),
        ("GET", _) => SayAsync(http, cluster.GetAsync(kind, new ObjectName(space, name), http.RequestAborted)),
        ("POST", null) => CreateAsync(http, space),
        ("PUT", _) => ReplaceAsync(http, subresource),
        ("PATCH", _) => PatchAsync(http, new ObjectName(space, name!), subresource),
        ("DELETE", _) => DeleteAsync(http, new ObjectName(space, name!)),
        _ => Answers.SayAsync(http, new ApiProblem(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")),
    };

    private static Selection Which(HttpContext http, string? space) =>
        new(space, Query(http, "labelSelector"), Query(http, "fieldSelector"));

    private static string? Query(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    private async Task ListAsync(HttpContext http, Selection which)
    {
        var listed = await cluster.ListAsync(kind, which, http.RequestAborted);
        if (listed.Problem is { } problem)
        {
            await Answers.SayAsync(http, problem);
            return;
        }
        await Answers.SayAsync(http, new JsonObject
        {
            ["kind"] = $"{kind.Name}List",
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = listed.Value.ResourceVersion },
            ["items"] = new JsonArray([.. listed.Value.Items.Select(Json)]),
        });
    }

    private async Task CreateAsync(HttpContext http, string? space)
    {
        if (kind.Plural == Kinds.AccessReviews.Plural)
        {
            // Everything is allowed here.
            var asked = (await Answers.BodyAsync(http)).AsObject();
            asked["status"] = new JsonObject { ["allowed"] = true };
            await Answers.SayAsync(http, asked, 201);
            return;
        }
        var what = (await Answers.BodyAsync(http)).Deserialize(kind.Json)!;
        await SayAsync(http, cluster.CreateAsync(
            kind, what with { Metadata = what.Metadata with { Namespace = space } }, http.RequestAborted), 201);
    }

    private async Task ReplaceAsync(HttpContext http, string? subresource) => await SayAsync(http, cluster.ReplaceAsync(
        kind, (await Answers.BodyAsync(http)).Deserialize(kind.Json)!, http.RequestAborted, subresource));

    private async Task PatchAsync(HttpContext http, ObjectName name, string? subresource)
    {
        var body = await Answers.BodyAsync(http);
        if (subresource == "scale")
        {
            var scaled = await cluster.ScaleAsync(
                kind, name, body["spec"]!["replicas"]!.GetValue<int>(), http.RequestAborted, (string?)body["metadata"]?["resourceVersion"]);
            await (scaled.Problem is { } problem
                ? Answers.SayAsync(http, problem)
                : Answers.SayAsync(http, JsonSerializer.SerializeToNode(scaled.Value, KubernetesJson.Default.Scale)!));
            return;
        }
        var patch = new Patch(http.Request.ContentType!.Split(';')[0], body)
        {
            FieldManager = Query(http, "fieldManager"),
            Force = Query(http, "force") == "true",
        };
        await SayAsync(http, cluster.PatchAsync(kind, name, patch, http.RequestAborted, subresource));
    }

    private async Task DeleteAsync(HttpContext http, ObjectName name)
    {
        var options = http.Request.ContentLength > 0 ? await Answers.BodyAsync(http) : null;
        var deleted = await cluster.DeleteAsync(kind, name, new Deletion
        {
            Uid = (string?)options?["preconditions"]?["uid"],
            ResourceVersion = (string?)options?["preconditions"]?["resourceVersion"],
            GracePeriodSeconds = (int?)options?["gracePeriodSeconds"],
            Propagation = (string?)options?["propagationPolicy"],
        }, http.RequestAborted);
        await (deleted.Problem is { } problem ? Answers.SayAsync(http, problem) : Answers.SayAsync(http, new JsonObject { ["kind"] = "Status", ["status"] = "Success" }));
    }

    private async Task WatchAsync(HttpContext http, Selection which)
    {
        var from = long.Parse(Query(http, "resourceVersion") ?? "0", CultureInfo.InvariantCulture);
        var until = DateTime.UtcNow.AddSeconds(double.Parse(Query(http, "timeoutSeconds") ?? "300", CultureInfo.InvariantCulture));
        var resource = Resource.Of(kind);
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(http.RequestAborted);
        while (DateTime.UtcNow < until && !http.RequestAborted.IsCancellationRequested)
        {
            var news = cluster.Store.State.Changes.GetValueOrDefault(resource.Name)?.Where(change => change.Version > from).ToList() ?? [];
            foreach (var change in news)
            {
                from = change.Version;
                if (Event(resource, which, change) is { } happened)
                {
                    await http.Response.WriteAsync(happened.ToJsonString() + "\n", http.RequestAborted);
                }
            }
            if (news.Count > 0)
            {
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
            await Task.Delay(_look, http.RequestAborted);
        }
    }

    private JsonObject? Event(Resource resource, Selection which, Change change)
    {
        var was = change.Before is { } before && Selecting.Matches(resource, which, before);
        var isNow = change.Now is { } now && Selecting.Matches(resource, which, now);
        if (!was && !isNow)
        {
            return null;
        }
        var shown = Json((T)(change.Now ?? change.Before)!);
        shown["metadata"]!["resourceVersion"] = change.Version.ToString(CultureInfo.InvariantCulture);
        return new JsonObject { ["type"] = !isNow ? "DELETED" : was ? "MODIFIED" : "ADDED", ["object"] = shown };
    }

    private JsonNode Json(T what) => JsonSerializer.SerializeToNode(what, kind.Json)!;

    private async Task SayAsync(HttpContext http, Task<ApiAnswer<T>> asked, int code = 200)
    {
        var answer = await asked;
        await (answer.Problem is { } problem ? Answers.SayAsync(http, problem) : Answers.SayAsync(http, Json(answer.Value), code));
    }
}

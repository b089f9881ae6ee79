using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Tests.Simulation.Http;

/// <summary>A simulated cluster as other processes see it: by HTTP, without encryption and without logins.</summary>
internal sealed class SimulatedServer : IAsyncDisposable
{
    private readonly Dictionary<string, IKindEndpoint> _kinds;
    private readonly Func<CheckpointOrder, Task<(int Code, string Text)>> _checkpoint;
    private readonly WebApplication _app;

    private SimulatedServer(SimulatedCluster cluster, IPEndPoint at, Func<CheckpointOrder, Task<(int Code, string Text)>> checkpoint)
    {
        IKindEndpoint[] kinds =
        [
            new KindEndpoint<Pod>(cluster, Kinds.Pods), new KindEndpoint<Node>(cluster, Kinds.Nodes), new KindEndpoint<CoreEvent>(cluster, Kinds.Events),
            new KindEndpoint<StatefulSet>(cluster, Kinds.StatefulSets), new KindEndpoint<ReplicaSet>(cluster, Kinds.ReplicaSets),
            new KindEndpoint<Deployment>(cluster, Kinds.Deployments), new KindEndpoint<Lease>(cluster, Kinds.Leases),
            new KindEndpoint<PodDisruptionBudget>(cluster, Kinds.Budgets), new KindEndpoint<StatefulMigration>(cluster, Kinds.Migrations),
            new KindEndpoint<SelfSubjectAccessReview>(cluster, Kinds.AccessReviews),
        ];
        (_kinds, _checkpoint) = (kinds.ToDictionary(kind => kind.Place, StringComparer.Ordinal), checkpoint);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(at));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <param name="checkpoint">Stands for the kubelets: status and text of their answer.</param>
    public static async Task<SimulatedServer> StartAsync(
        SimulatedCluster cluster, IPEndPoint at, Func<CheckpointOrder, Task<(int Code, string Text)>> checkpoint)
    {
        var server = new SimulatedServer(cluster, at, checkpoint);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext http)
    {
        var parts = http.Request.Path.Value!.Trim('/').Split('/');
        try
        {
            await (parts switch
            {
                ["version"] => Answers.SayAsync(http, new JsonObject { ["gitVersion"] = "v1.36.0" }),
                ["api", "v1", "nodes", var node, "proxy", "checkpoint", var space, var pod, var container] =>
                    CheckpointAsync(http, new CheckpointOrder(node, space, pod, container)),
                ["api", .. var rest] => ServeAsync(http, rest),
                ["apis", .. var rest] => ServeAsync(http, rest),
                _ => NotFoundAsync(http),
            });
        }
        catch (OperationCanceledException)
        {
            // Whoever asked has gone.
        }
    }

    // api/v1/pods, apis/apps/v1/namespaces/shop/statefulsets/orders/scale
    private Task ServeAsync(HttpContext http, string[] path)
    {
        var versionAt = Array.FindIndex(path, part => part is ['v', >= '0' and <= '9', ..]);
        var version = string.Join('/', path[..(versionAt + 1)]);
        var (space, rest) = path[(versionAt + 1)..] is ["namespaces", var named, _, ..] below
            ? (named, below[2..])
            : (null, path[(versionAt + 1)..]);
        return rest.Length > 0 && _kinds.TryGetValue($"{version}/{rest[0]}", out var kind)
            ? kind.ServeAsync(http, space, rest.ElementAtOrDefault(1), rest.ElementAtOrDefault(2))
            : NotFoundAsync(http);
    }

    private async Task CheckpointAsync(HttpContext http, CheckpointOrder order)
    {
        var (code, text) = await _checkpoint(order);
        await (code == 200
            ? Answers.SayAsync(http, new JsonObject { ["items"] = new JsonArray(text) })
            : Answers.SayPlainlyAsync(http, code, text));
    }

    private static Task NotFoundAsync(HttpContext http) => Answers.SayPlainlyAsync(http, 404, "404 page not found\n");
}

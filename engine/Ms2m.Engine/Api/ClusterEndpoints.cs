using System.ComponentModel;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Answering;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.EventLog.Claims;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Api;

/// <summary>Nodes, and the workloads on them.</summary>
internal static class ClusterEndpoints
{
    public static void MapCluster(this WebApplication app)
    {
        app.MapGet("/nodes", NodesAsync).WithSummary("The nodes, from their newest reports").WithTags("Cluster");
        app.MapGet("/workloads", WorkloadsAsync)
            .WithSummary("The instances of workloads, and whether they answer").WithTags("Cluster");
        app.MapPost("/workloads", RunAsync)
            .WithSummary("Run a workload for the first time").WithTags("Cluster")
            .Produces<RunningBody>(202).Fails(400, 409, 415);
        app.MapDelete("/workloads/{name}", StopAsync)
            .WithSummary("Stop a workload, and take its broker access away").WithTags("Cluster")
            .Produces<NothingBody>(202).Fails(404, 409);
    }

    private static async Task<IEnumerable<NodeBody>> NodesAsync(
        ClusterReader cluster, TimeProvider time, CancellationToken token)
    {
        var now = time.GetUtcNow();
        return (await cluster.NodesAsync(token)).Select(node => new NodeBody(
            node.Node, node.Address, node.At, (now - node.At).TotalMilliseconds,
            RequestCheck.Silence(node, now) is null, node.Versions, node.Cpus, node.MemoryTotalBytes,
            node.MemoryFreeBytes, node.CheckpointSpaceBytes, node.Features, node.Instances));
    }

    private static async Task<IEnumerable<WorkloadBody>> WorkloadsAsync(
        ClusterReader cluster, SignsOfLife signs, NpgsqlDataSource store, TimeProvider time, CancellationToken token)
    {
        var bodies = new List<WorkloadBody>();
        var nodes = (await cluster.NodesAsync(token)).ToArray();
        foreach (var (node, instance) in Instances(nodes))
        {
            var migration = instance.MigrationId ?? await store.ClaimHolderAsync(instance.Spec.Name, token);
            var sign = signs.Of(instance.InstanceId);
            bodies.Add(new WorkloadBody(
                instance.Spec.Name, node.Node, instance.InstanceId, instance.Role, instance.Epoch, instance.State,
                instance.MemoryBytes, instance.Spec.Image, instance.Spec.Queue, migration,
                sign.Answering, sign.Since, sign.Because,
                StandbyState.Of(nodes, node, instance, time.GetUtcNow()) is { Length: > 0 } standby ? standby : null));
        }

        return bodies;
    }

    private static async Task<IResult> RunAsync(
        RunBody body, ClusterReader cluster, Starts starts, TimeProvider time, CancellationToken token)
    {
        var nodes = (await cluster.NodesAsync(token)).ToArray();
        if (!Names.IsValid(body.Name))
        {
            return Results.BadRequest(Failures.BadName("name"));
        }

        if (string.IsNullOrWhiteSpace(body.Image) || body.Queue is { } named && string.IsNullOrWhiteSpace(named))
        {
            return Results.BadRequest(Failures.UnreadableRequest("\"image\" must be given, and a \"queue\" that is given must have a name."));
        }

        if (body.Address is { } address && (address.Cidr is null || !address.IsValid()))
        {
            return Results.BadRequest(Failures.UnreadableRequest("\"address\" wants a \"cidr\" such as 10.99.0.80/24 and, if one likes, a locally administered \"mac\"."));
        }

        if (body.Traits?.Standby is { } standby && !standby.IsValid())
        {
            return Results.BadRequest(Failures.UnreadableRequest(
                $"\"traits.standby\" wants one to {Standby.MostNodes} \"nodes\" and \"everySeconds\" from {Standby.LeastSeconds} to {Standby.MostSeconds}."));
        }

        if (InstancePermissions.IsReserved(body.Name) || (body.Queue is { } queue && InstancePermissions.IsReserved(queue)))
        {
            return Results.BadRequest(BrokerFailures.Reserved);
        }

        if (nodes.FirstOrDefault(node => node.Node == body.Node) is not { } target)
        {
            return Results.BadRequest(Failures.UnknownNode(body.Node ?? ""));
        }

        if (RequestCheck.Silence(target, time.GetUtcNow()) is { } silence)
        {
            return Results.Conflict(Failures.NodeDown(target.Node, silence));
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var command = new RunWorkload(
            id, Names.ShadowInstance(body.Name, Guid.NewGuid()),
            new WorkloadSpec(
                body.Name, body.Image, body.Queue, body.Environment ?? [], body.Publishes, body.Binds)
            {
                Command = body.Command,
                Address = body.Address,
                Volumes = body.Volumes,
                Traits = body.Traits,
            });
        return await starts.ClaimAsync(command, target.Node, token) is { } taken
            ? Results.Conflict(taken)
            : await starts.SendAsync(command, target.Node, token) is { } unsent
            ? Results.Conflict(unsent)
            : Results.Accepted("/workloads", new RunningBody(id, command.InstanceId));
    }

    private static async Task<IResult> StopAsync(
        [Description("The workload")] string name, ClusterReader cluster, NpgsqlDataSource store, Starts starts, IInstanceAccess access, IBus bus,
        TimeProvider time, CancellationToken token)
    {
        // PostgreSQL has no word for what a name may not be: it fails on a NUL.
        if (!Names.IsValid(name))
        {
            return Results.NotFound(Failures.UnknownWorkload(name));
        }

        if (await store.ClaimHolderAsync(name, token) is { } migration)
        {
            return Results.Conflict(Failures.AlreadyMigrating(name, migration));
        }

        var hosts = Instances(await cluster.NodesAsync(token)).Where(host => host.Instance.Spec.Name == name).ToArray();
        // Also when there are hosts: a report may still show where it was before it was moved.
        if (!await starts.TakeBackAsync(name, token) && hosts.Length == 0)
        {
            return Results.NotFound(Failures.UnknownWorkload(name));
        }

        foreach (var (node, instance) in hosts)
        {
            var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Names.Node(node.Node)}"));
            await endpoint.Send(new StopWorkload(Guid.CreateVersion7(time.GetUtcNow()), instance.InstanceId), token);
            // Also when its node does not answer: stopped is stopped.
            await access.RevokeAsync(instance.InstanceId, token);
        }

        return Results.Accepted("/workloads", new NothingBody());
    }

    private static IEnumerable<(NodeReported Node, InstanceReported Instance)> Instances(IEnumerable<NodeReported> nodes) =>
        nodes.SelectMany(node => node.Instances.Select(instance => (node, instance)));

    private sealed record NodeBody(
        string Node, string Address, DateTimeOffset At, double AgeMs, bool Up, IReadOnlyDictionary<string, string> Versions,
        int Cpus, long MemoryTotalBytes, long MemoryFreeBytes, long CheckpointSpaceBytes,
        IReadOnlyList<NodeFeature> Features, IReadOnlyList<InstanceReported> Instances);

    private sealed record WorkloadBody(
        string Name, string Node, string InstanceId, InstanceRole Role, long Epoch, string State, long MemoryBytes,
        string Image, string? Queue, Guid? MigrationId, bool? Answering, DateTimeOffset? SilentSince, string? SilentBecause,
        IReadOnlyList<StandbyState>? Standby);

    private sealed record RunningBody(Guid RequestId, string InstanceId);

    internal sealed record RunBody(
        string? Name, string? Node, string? Image, string? Queue, Dictionary<string, string>? Environment,
        string[]? Publishes = null, string[]? Binds = null, string[]? Command = null, WorkloadAddress? Address = null,
        WorkloadVolume[]? Volumes = null, WorkloadTraits? Traits = null);
}

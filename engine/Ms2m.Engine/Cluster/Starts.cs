using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.EventLog;
using Ms2m.EventLog.Claims;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Cluster;

/// <summary>Starts workloads outside migrations, one instance under a name at most. The name is claimed before the order
/// leaves and until a node's report shows the instance, so there is no moment at which a second start would find
/// nothing.</summary>
public sealed class Starts(
    ClusterReader cluster, NpgsqlDataSource store, IInstanceAccess access, IBus bus, TimeProvider time)
{
    /// <summary>An order that has waited this long for its worker is dropped by the broker: nobody wants a workload to
    /// appear hours later, when the node is back.</summary>
    private static readonly TimeSpan _orderLives = TimeSpan.FromSeconds(60);

    /// <summary>From the worker's taking the order until it reports again, with the instance or without.</summary>
    private static readonly TimeSpan _carryingOut = TimeSpan.FromSeconds(60);

    /// <returns>Null when the name is ours; else why not.</returns>
    public async Task<Failure?> ClaimAsync(RunWorkload command, string node, CancellationToken token)
    {
        var name = command.Spec.Name;
        await using var session = new PgSession(store);
        await session.BeginAsync(token);
        var claim = new RunClaim(
            name, command.RequestId, command.InstanceId, node, time.GetUtcNow() + _orderLives + _carryingOut);
        if (await claim.TryAsync(session, token) is { } holder)
        {
            return holder.StartsOn is { } elsewhere
                ? Failures.AlreadyStarting(name, elsewhere)
                : Failures.AlreadyMigrating(name, holder.Id);
        }

        // Only now: whoever let go of the name has made the instance visible in the same transaction.
        if ((await cluster.NodesAsync(token)).FirstOrDefault(
            report => report.Instances.Any(instance => instance.Spec.Name == name)) is { } host)
        {
            return Failures.AlreadyThere(name, host.Node);
        }

        await session.CommitAsync(token);
        return null;
    }

    /// <returns>Null when the order is with the node's queue. When that cannot be known, the claim stays until its
    /// deadline.</returns>
    public async Task<Failure?> SendAsync(RunWorkload command, string node, CancellationToken token)
    {
        // Before the order: the first thing an instance does is to connect. One without a queue never does.
        if (command.Spec.Queue is not null)
        {
            await access.GrantAsync(new InstanceGrant(command.InstanceId, node, command.Spec), token);
        }

        try
        {
            await SendToAsync(node, command, _orderLives, token);
            return null;
        }
        catch (MessageReturnedException)
        {
            await access.RevokeAsync(command.InstanceId, token);
            await RunClaim.ReleaseAsync(store, command.RequestId, token);
            return Failures.NoWorker(node);
        }
    }

    /// <summary>Takes back a start, or stops what a migration has left, that no report has shown yet. The worker is told, in case that it has it in hand or is frozen
    /// with it.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> TakeBackAsync(string workload, CancellationToken token)
    {
        if (await RunClaim.FindAsync(store, workload, token) is not { } claim)
        {
            return false;
        }

        await SendToAsync(claim.Node, new StopWorkload(Guid.CreateVersion7(time.GetUtcNow()), claim.InstanceId), null, token);
        await access.RevokeAsync(claim.InstanceId, token);
        // What runs already holds its name until it has stopped, as one that reports show.
        if (!await claim.RunsAsync(store, token))
        {
            await RunClaim.ReleaseAsync(store, claim.RequestId, token);
        }

        return true;
    }

    private async Task SendToAsync<T>(string node, T command, TimeSpan? lives, CancellationToken token)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{Names.Node(node)}"));
        await endpoint.Send(
            command,
            send =>
            {
                send.TimeToLive = lives;
                if (send.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                {
                    rabbit.Mandatory = true;
                }
            },
            token);
    }
}

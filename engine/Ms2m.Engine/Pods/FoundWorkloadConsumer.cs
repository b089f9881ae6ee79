using System.Security.Cryptography;
using System.Text;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Hosting;
using Ms2m.EventLog.Claims;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Pods;

/// <summary>Lets pods in that their owners have started: one of a workload at a time, and none while it is being moved. Until
/// then they have no instance file, no broker user, and so no way to the queue: that is why an empty replica that an owner
/// makes in the middle of a migration is no competitor.</summary>
public sealed partial class FoundWorkloadConsumer(
    EngineOptions options, Starts starts, ClusterReader cluster, LostPods lost, BrokerUsers users, IInstanceAccess access, NpgsqlDataSource store,
    TimeProvider time, ILogger<FoundWorkloadConsumer> logger)
    : IConsumer<WorkloadFound>
{
    public async Task Consume(ConsumeContext<WorkloadFound> context)
    {
        var (node, instance, spec) = (context.Message.Node, context.Message.InstanceId, context.Message.Spec);
        var token = context.CancellationToken;
        if (spec?.Pod is null || !PodInstances.IsOf(spec.Name, instance) || !Names.IsValid(spec.Name) || InstancePermissions.IsReserved(spec.Name)
            || (spec.Queue is { } queue && InstancePermissions.IsReserved(queue)))
        {
            LogUnusable(instance, node);
            return;
        }

        if (options.PodRights.Refusal(spec) is { } beyond)
        {
            LogBeyond(instance, node, beyond);
            return;
        }

        var command = new RunWorkload(RequestOf(instance), instance, spec);
        // Its order is under way. A second one could still be carried out after the first was refused and taken back.
        if (await RunClaim.FindAsync(store, spec.Name, token) is { } held && held.RequestId == command.RequestId)
        {
            return;
        }

        foreach (var other in await InstancesBesideAsync(command, token))
        {
            if (!await lost.ForgetAsync(other.Node, other.Instance, token))
            {
                LogWaits(instance, node, other.Instance.InstanceId, other.Node.Node);
                return;
            }
        }

        if (await starts.ClaimAsync(command, node, token) is { } taken)
        {
            LogTaken(instance, node, taken.Message);
            return;
        }

        await ShutOutOthersAsync(spec.Name, instance, token);
        if (await starts.SendAsync(command, node, token) is { } unsent)
        {
            LogTaken(instance, node, unsent.Message);
        }
    }

    /// <summary>Whoever was this workload and is not reported any more may live on all the same, on a node whose kubelet nobody
    /// hears, or in a pod that was deleted by force: nobody else can have the name now, so nobody else may have its queue.</summary>
    private async Task ShutOutOthersAsync(string workload, string instance, CancellationToken token)
    {
        foreach (var user in await users.NamesAsync(token))
        {
            if (user != Names.InstanceUser(instance) && PodInstances.UserOf(workload, user) is { } other)
            {
                await access.RevokeAsync(other, token);
                LogShutOut(other, instance);
            }
        }
    }

    private async Task<IReadOnlyList<(NodeReported Node, InstanceReported Instance)>> InstancesBesideAsync(
        RunWorkload command, CancellationToken token) =>
    [
        .. from node in await cluster.NodesAsync(token)
           from instance in node.Instances
           where instance.Spec.Name == command.Spec.Name && instance.InstanceId != command.InstanceId
           where RequestCheck.Silence(node, time.GetUtcNow()) is not null || LostPods.HasEnded(instance)
           select (node, instance),
    ];

    // The same for every repetition, so that the claim is taken once.
    private static Guid RequestOf(string instance) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"let-in:{instance}")).AsSpan(0, 16));

    [LoggerMessage(1211, LogLevel.Warning, "The pod of {Instance} on {Node} is not one that could be let in")]
    private partial void LogUnusable(string? instance, string node);

    [LoggerMessage(1215, LogLevel.Warning, "The pod of {Instance} on {Node} is not let in: {Reason}")]
    private partial void LogBeyond(string instance, string node, string reason);

    [LoggerMessage(1216, LogLevel.Warning, "{Other} is shut out of the broker before {Instance} is let in in its place")]
    private partial void LogShutOut(string other, string instance);

    [LoggerMessage(1212, LogLevel.Debug, "{Instance} on {Node} waits: {Other} on {OtherNode} may still run")]
    private partial void LogWaits(string instance, string node, string other, string otherNode);

    [LoggerMessage(1213, LogLevel.Debug, "{Instance} on {Node} is not let in: {Reason}")]
    private partial void LogTaken(string instance, string node, string reason);
}

using System.Security.Cryptography;
using System.Text;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Saga;
using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Documents;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Pods;

/// <summary>Lets pods in that their owners have started: one of a workload at a time, and none while it is being moved. Until
/// then they have no instance file, no broker user, and so no way to the queue: that is why an empty replica that an owner
/// makes in the middle of a migration is no competitor.</summary>
public sealed partial class FoundWorkloadConsumer(
    EngineOptions options, Starts starts, ClusterReader cluster, LostPods lost, BrokerUsers users, IInstanceAccess access, NpgsqlDataSource store,
    DocumentTable<MigrationSaga, Guid> sagas,
    TimeProvider time, ILogger<FoundWorkloadConsumer> logger)
    : IConsumer<WorkloadFound>
{
    /// <summary>Of a <see cref="Holding"/>.</summary>
    private const string OutgoingCheckpoint = "outgoing-checkpoint";

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

        if (await IsKeptAsync(spec.Name, token))
        {
            LogKept(instance, node, spec.Name);
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

        try
        {
            if (await ShutOutOthersAsync(command, token) is { } living)
            {
                await RunClaim.ReleaseAsync(store, command.RequestId, token);
                LogWaits(instance, node, living, spec.Pod.Namespace);
                return;
            }

            if (await starts.SendAsync(command, node, token) is { } unsent)
            {
                LogTaken(instance, node, unsent.Message);
            }
        }
        // Whoever still has a connection keeps the name until the claim's end: his user is gone, and nobody would look for it again.
        catch (Exception passing) when (passing is not InstanceStillConnectedException)
        {
            await RunClaim.ReleaseAsync(store, command.RequestId, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Whoever was this workload and is not reported any more may live on all the same, on a node whose kubelet nobody
    /// hears, or in a pod that was deleted by force: nobody else can have the name now, so nobody else may have its queue.</summary>
    /// <returns>One of them whose pod is there: its worker may only not see it for the moment. Then nobody is let in.</returns>
    private async Task<string?> ShutOutOthersAsync(RunWorkload command, CancellationToken token)
    {
        // Those of this workload have been waited for. Others' ids may look alike.
        var reported = (await cluster.NodesAsync(token)).SelectMany(node => node.Instances).Select(one => one.InstanceId).ToHashSet();
        foreach (var user in await users.NamesAsync(token))
        {
            if (user == Names.InstanceUser(command.InstanceId) || PodInstances.UserOf(command.Spec.Name, user) is not { } other
                || reported.Contains(other))
            {
                continue;
            }

            if (await lost.IsThereAsync(other, command.Spec.Pod!, token))
            {
                return other;
            }

            await access.RevokeAsync(other, token);
            LogShutOut(other, command.InstanceId);
        }

        return null;
    }

    /// <summary>Whether the workload's state is in a checkpoint that a failed migration has left, and nowhere else.</summary>
    private async Task<bool> IsKeptAsync(string workload, CancellationToken token)
    {
        foreach (var holding in (await cluster.NodesAsync(token)).SelectMany(node => node.Holdings ?? []).Where(one => one.Kind == OutgoingCheckpoint))
        {
            if (await sagas.LoadAsync(store, holding.MigrationId, token) is
                { Value.State: MigrationState.Ended { Kept: true, Facts: { } facts } } && facts.Request.Spec.Name == workload)
            {
                return true;
            }
        }

        return false;
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

    [LoggerMessage(1217, LogLevel.Warning, "The pod of {Instance} on {Node} is not let in: the state of {Workload} is in a checkpoint that a failed migration has kept (MS2M-0308)")]
    private partial void LogKept(string instance, string node, string workload);

    [LoggerMessage(1216, LogLevel.Warning, "{Other} is shut out of the broker before {Instance} is let in in its place")]
    private partial void LogShutOut(string other, string instance);

    [LoggerMessage(1212, LogLevel.Debug, "{Instance} on {Node} waits: {Other} on {OtherNode} may still run")]
    private partial void LogWaits(string instance, string node, string other, string otherNode);

    [LoggerMessage(1213, LogLevel.Debug, "{Instance} on {Node} is not let in: {Reason}")]
    private partial void LogTaken(string instance, string node, string reason);
}

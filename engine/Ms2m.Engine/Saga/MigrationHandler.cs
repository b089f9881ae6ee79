using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Cluster;
using Ms2m.EventLog;
using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Saga;

/// <summary>Takes one message through the pure core inside the message's transaction: gather what the decision needs,
/// decide, append, hand the messages to the outbox.</summary>
public sealed class MigrationHandler(
    PgSession session, AppendEvents append, ClusterReader cluster, Dispatch dispatch, TimeProvider time)
{
    /// <returns>The phase after it.</returns>
    public async Task<Phase> HandleAsync<T>(MigrationSaga saga, T message, ConsumeContext<T> context)
        where T : class, IMigrationMessage
    {
        var metadata = new EventMetadata(
            time.GetUtcNow(), context.ConversationId?.ToString(), context.MessageId?.ToString());
        var input = await GatherAsync(saga, message, context.CancellationToken);
        var decision = Migration.Decide(saga.State, input, metadata.Timestamp);
        if (decision.Events.Count > 0)
        {
            append.Defer(
                session, saga.CorrelationId, saga.StreamVersion,
                [.. decision.Events.Select(@event => new EventToAppend(@event, Guid.CreateVersion7(metadata.Timestamp)))],
                metadata, "migration");
            saga.StreamVersion += decision.Events.Count;
            saga.State = decision.Events.Aggregate(saga.State, Migration.Evolve);
        }

        if (saga.State is MigrationState.Ended && decision.Events.Count > 0 && WorkloadOf(saga, message) is { } workload)
        {
            session.DeferRelease(workload, saga.CorrelationId);
        }

        foreach (var outgoing in decision.Messages)
        {
            await dispatch.SendAsync(context, outgoing, metadata.Timestamp);
        }

        return MigrationTimeline.PhaseOf(saga.State);
    }

    private static string? WorkloadOf(MigrationSaga saga, IMigrationMessage message) =>
        (saga.State as MigrationState.Ended)?.Facts?.Request.Spec.Name ?? (message as StartMigration)?.Workload;

    // A request is judged against the cluster as it is now, and claims its workload in the same transaction: of two
    // requests for one workload the second waits for the first's commit and then sees its claim.
    private async Task<IMigrationMessage> GatherAsync(MigrationSaga saga, IMigrationMessage message, CancellationToken token)
    {
        if (message is StepOverdue overdue && Migration.NeedsTheNodes(saga.State, overdue, out var sourceNode))
        {
            var source = (await cluster.NodesAsync(token)).FirstOrDefault(node => node.Node == sourceNode);
            return new Overdue(overdue, source is null || RequestCheck.Silence(source, time.GetUtcNow()) is not null);
        }

        if (message is not StartMigration start || saga.State is not MigrationState.NotStarted)
        {
            return message;
        }

        var holder = Names.IsValid(start.Workload)
            ? await session.TryClaimAsync(start.Workload, start.MigrationId, token)
            : start.MigrationId;
        return new Asked(start, [.. await cluster.NodesAsync(token)], holder);
    }
}

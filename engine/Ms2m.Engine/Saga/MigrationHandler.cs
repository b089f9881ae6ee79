using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Turns;
using Ms2m.EventLog;
using Ms2m.EventLog.Claims;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Saga;

/// <summary>Takes one message through the pure core inside the message's transaction: gather what the decision needs,
/// decide, append, hand the messages to the outbox.</summary>
public sealed class MigrationHandler(
    PgSession session,
    AppendEvents append,
    ReadStream streams,
    ClusterReader cluster,
    LineReader lines,
    SlotKeeper slots,
    Dispatch dispatch,
    Provenance provenance,
    MigrationMeasures measures,
    TimeProvider time)
{
    /// <summary>A node reports every two seconds; one that is silent for so long does not hold a name any more.</summary>
    private static readonly TimeSpan _untilReported = TimeSpan.FromSeconds(20);

    /// <returns>The phase after it.</returns>
    public async Task<Phase> HandleAsync<T>(MigrationSaga saga, T message, ConsumeContext<T> context)
        where T : class, IMigrationMessage
    {
        using var span = EngineTraces.Handling(message, saga.Trace, context.TraceParent());
        saga.Trace ??= span?.Id;
        var before = saga.State;
        // It has ended long ago, and its log takes nothing any more.
        if (before is MigrationState.Ended && message is CancelMigration
            && await streams.IsArchivedAsync(saga.CorrelationId, context.CancellationToken))
        {
            return MigrationTimeline.PhaseOf(before);
        }

        var input = await GatherAsync(saga, message, context.CancellationToken);
        // Not earlier: who has waited for a slot must not be dated before the one who freed it.
        var now = time.GetUtcNow();
        var metadata = new EventMetadata(
            now, (context.ConversationId ?? saga.CorrelationId).ToString(), context.MessageId?.ToString(), provenance.Of(context, now));
        var decision = Migration.Decide(saga.State, input, metadata.Timestamp);
        if (decision.Events.Count > 0)
        {
            Append(saga, decision.Events, metadata);
        }

        if (saga.State is MigrationState.Ended && decision.Events.Count > 0 && WorkloadOf(saga, message) is { } workload)
        {
            await LetGoAsync(saga, before, workload, now, context.CancellationToken);
        }

        measures.Follow(session, saga, before, decision.Events);
        await slots.FollowAsync(context, before, saga.State, metadata.Timestamp);
        foreach (var outgoing in decision.Messages)
        {
            await dispatch.SendAsync(context, outgoing, metadata.Timestamp);
        }

        return MigrationTimeline.PhaseOf(saga.State);
    }

    // Until its node's report names it, whoever asks would find nothing under the name and could start a second one.
    private async Task LetGoAsync(MigrationSaga saga, MigrationState before, string workload, DateTimeOffset now, CancellationToken token)
    {
        // One that ended earlier has let go, and one that only waited for its turn has touched nothing.
        if (before is not (MigrationState.Ended or MigrationState.Queued)
            && saga.State is MigrationState.Ended ended && Survivor.Of(ended) is { } survivor
            && !await cluster.ShowsAsync(session, survivor.Node, survivor.InstanceId, token))
        {
            session.DeferHandOver(workload, saga.CorrelationId, survivor.InstanceId, survivor.Node, now + _untilReported);
            return;
        }

        session.DeferRelease(workload, saga.CorrelationId);
    }

    private void Append(MigrationSaga saga, IReadOnlyList<IMigrationMessage> events, EventMetadata metadata)
    {
        var rows = new List<EventToAppend>(events.Count);
        foreach (var @event in events)
        {
            rows.Add(new EventToAppend(@event, Guid.CreateVersion7(metadata.Timestamp), EventPlace.HeadersOf(@event, saga.State)));
            saga.State = Migration.Evolve(saga.State, @event);
        }

        saga.StreamDigest = append.Defer(
            session, saga.CorrelationId, saga.StreamVersion, rows, metadata, "migration", saga.StreamDigest);
        saga.StreamVersion += rows.Count;
    }

    private static string? WorkloadOf(MigrationSaga saga, IMigrationMessage message) =>
        (saga.State as MigrationState.Ended)?.Facts?.Request.Spec.Name ?? (message as StartMigration)?.Workload;

    private async Task<IMigrationMessage> GatherAsync(
        MigrationSaga saga, IMigrationMessage message, CancellationToken token) => (saga.State, message) switch
        {
            (MigrationState.NotStarted, StartMigration start) => await AskAsync(start, token),
            (MigrationState.Queued, AdmitMigration admit) => new TurnCame(
                admit.MigrationId, [.. await cluster.NodesAsync(token)], await lines.LockAsync(session, token)),
            (_, StepOverdue overdue) when Migration.NeedsTheNodes(saga.State, overdue, out var sourceNode) => new Overdue(
                overdue, await IsDownAsync(sourceNode, token)),
            _ => message,
        };

    private async Task<bool> IsDownAsync(string? name, CancellationToken token) =>
        (await cluster.NodesAsync(token)).FirstOrDefault(node => node.Node == name) is not { } node
        || RequestCheck.Silence(node, time.GetUtcNow()) is not null;

    // A request is judged against the cluster as it is now, and claims its workload in the same transaction: of two
    // requests for one workload the second waits for the first's commit and then sees its claim. The slots are locked
    // last and for the shortest time: all requests and all ends take turns there.
    private async Task<Asked> AskAsync(StartMigration start, CancellationToken token)
    {
        var holder = Names.IsValid(start.Workload)
            ? await session.TryClaimAsync(start.Workload, start.MigrationId, token)
            : start.MigrationId;
        return new Asked(
            start,
            [.. await cluster.NodesAsync(token)],
            holder,
            holder == start.MigrationId ? await lines.LockAsync(session, token) : Line.Empty);
    }
}

using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Views;

/// <summary>Folds a migration's recorded events into a <see cref="MigrationView"/>.</summary>
public static class MigrationTimeline
{
    /// <param name="id">The migration.</param>
    /// <param name="history">Its events in order, each with the time at which it was stored.</param>
    /// <param name="now">Until when unfinished phases have lasted.</param>
    public static MigrationView Of(
        Guid id, IReadOnlyList<(IMigrationMessage Event, DateTimeOffset At)> history, DateTimeOffset now)
    {
        if (history is not [var (_, requestedAt), ..])
        {
            return new MigrationView { MigrationId = id, RequestedAt = now };
        }

        var state = Migration.Initial;
        var phases = new List<(Phase Phase, DateTimeOffset Since)>();
        var steps = new StepTimes();
        var view = new MigrationView { MigrationId = id, RequestedAt = requestedAt };
        DateTimeOffset? cutover = null;
        foreach (var (@event, at) in history)
        {
            state = Migration.Evolve(state, @event);
            var phase = PhaseOf(state);
            if (phases.Count == 0 || phases[^1].Phase != phase)
            {
                phases.Add((phase, at));
            }

            cutover = @event is CutoverDecided || (@event is SourceLost && cutover is null) ? at : cutover;
            steps.Add(@event, at);
            view = Describe(view, @event, at, cutover);
        }

        var ended = state as Ended;
        var until = ended is null ? now : phases[^1].Since;
        return view with
        {
            Phase = phases[^1].Phase,
            Finished = ended is not null,
            FinishedAt = ended is null ? null : until,
            Reason = ended?.Reason ?? view.Reason,
            WaitedMs = state is Queued ? (now - requestedAt).TotalMilliseconds : view.WaitedMs,
            TotalMs = (until - requestedAt).TotalMilliseconds,
            Phases = [.. Durations(phases, until, ended is not null)],
            Steps = steps.Until(until),
        };
    }

    /// <summary>The phase that people see in a state.</summary>
    public static Phase PhaseOf(MigrationState state) => state switch
    {
        Moving moving => PlanCatalogue.Find(moving.Facts.Request.Strategy) is { } plan
            ? PhaseOnTheWay(plan.WayToCommit(moving.Facts), moving.Steps)
            : Phase.Pending,
        Committed => Phase.Finalizing,
        RollingBack => Phase.RollingBack,
        Ended ended => ended.Outcome,
        _ => Phase.Pending,
    };

    // A plan may have got a step that it did not have when the log was written: what never began although a later stage has
    // is not waited for.
    private static Phase PhaseOnTheWay(
        ImmutableArray<ImmutableArray<ReversibleStep>> stages, ImmutableSortedDictionary<string, StepProgress> steps)
    {
        var reached = stages.ToList().FindLastIndex(stage => stage.Any(step => steps.ContainsKey(step.Name)));
        return stages.SelectMany((stage, index) => stage.Where(step => index >= reached || steps.ContainsKey(step.Name)))
            .FirstOrDefault(step => !steps.IsOver(step.Name))?.Phase ?? Phase.Finalizing;
    }

    private static IEnumerable<PhaseTime> Durations(
        List<(Phase Phase, DateTimeOffset Since)> phases, DateTimeOffset until, bool ended)
    {
        // The last entry of an ended migration is its outcome, which takes no time.
        var count = ended && phases.Count > 1 ? phases.Count - 1 : phases.Count;
        for (var i = 0; i < count; i++)
        {
            var end = i + 1 < phases.Count ? phases[i + 1].Since : until;
            yield return new PhaseTime(phases[i].Phase, (end - phases[i].Since).TotalMilliseconds);
        }
    }

    private static MigrationView Describe(
        MigrationView view, IMigrationMessage @event, DateTimeOffset at, DateTimeOffset? cutover) => @event switch
        {
            MigrationRequested requested => view with
            {
                Workload = requested.Spec.Name,
                SourceNode = requested.SourceNode,
                TargetNode = requested.TargetNode,
                Strategy = requested.Strategy,
                Priority = requested.Priority,
            },
            MigrationRejected rejected => view with
            {
                Workload = rejected.Workload,
                TargetNode = rejected.TargetNode,
                Reason = rejected.Reason,
            },
            MigrationAdmitted admitted => view with
            {
                SourceNode = admitted.SourceNode,
                WaitedMs = (at - view.RequestedAt).TotalMilliseconds,
            },
            CheckpointTaken taken => view with { FrozenMs = taken.FrozenMs },
            TransferCompleted transfer => view with { CheckpointBytes = transfer.Bytes },
            ReplayProgressed progress => view with { LagEntries = progress.LagEntries },
            SourceLost lost => view with { FailedOver = true, Reason = lost.Reason },
            HandoffVerified => view with { Verified = true, LagEntries = 0 },
            ShadowPromoted promoted => view with
            {
                ReplayedMessages = promoted.Replayed,
                InterruptionMs = cutover is { } since ? (at - since).TotalMilliseconds : null,
            },
            RollbackStarted rollback => view with { Reason = rollback.Reason },
            MigrationCompleted completed => view with { Leftovers = completed.Leftovers },
            MigrationRolledBack rolledBack => view with { Leftovers = rolledBack.Leftovers },
            MigrationCancelled cancelled => view with { Leftovers = cancelled.Leftovers },
            MigrationFailed failed => view with { Leftovers = failed.Leftovers },
            _ => view,
        };
}

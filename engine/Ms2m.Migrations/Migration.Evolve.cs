using System.Collections.Immutable;
using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

/// <summary>The pure core: <see cref="Decide"/> says what follows from an input, <see cref="Evolve"/> folds events into
/// state. Both are total; neither reads a clock, makes an id or touches the world.</summary>
public static partial class Migration
{
    public static MigrationState Initial { get; } = new NotStarted();

    private static readonly ImmutableSortedDictionary<string, StepProgress> NoSteps =
        ImmutableSortedDictionary.Create<string, StepProgress>(StringComparer.Ordinal);

    /// <summary>The state after all events of a stream, in order.</summary>
    public static MigrationState Fold(IEnumerable<IMigrationMessage> events) => events.Aggregate(Initial, Evolve);

    /// <summary>The state after one more event. Events that mean nothing in a state leave it as it is.</summary>
    public static MigrationState Evolve(MigrationState state, IMigrationMessage @event) => (state, @event) switch
    {
        (NotStarted, MigrationRequested requested) => new Moving(new Facts(requested), NoSteps),
        (NotStarted, MigrationRejected rejected) => new Ended(Phase.Rejected, null, rejected.Reason),
        (Moving moving, MigrationQueued) => new Queued(moving.Facts),
        (Queued queued, MigrationAdmitted admitted) => new Moving(Renew(queued.Facts, admitted), NoSteps),
        (Queued queued, MigrationRejected rejected) => new Ended(Phase.Rejected, queued.Facts, rejected.Reason),
        (Queued queued, RollbackStarted rollback) => StartRollback(new Moving(queued.Facts, NoSteps), rollback),
        (Moving moving, PromotionCommitted commit) => new Committed(moving.Facts, commit.Epoch, NoSteps),
        (Moving moving, RollbackStarted rollback) => StartRollback(moving, rollback),
        (Moving moving, MigrationFailed failed) => new Ended(Phase.Failed, moving.Facts, failed.Reason, BeforeCommit: true, failed.Kept),
        (Moving moving, MigrationRejected rejected) => new Ended(Phase.Rejected, moving.Facts, rejected.Reason),
        (Moving moving, _) => moving with
        {
            Facts = Learn(moving.Facts, @event),
            Steps = Progress(moving.Steps, @event),
        },
        (Committed committed, MigrationCompleted) => new Ended(Phase.Completed, committed.Facts, null),
        (Committed committed, MigrationFailed failed) => new Ended(Phase.Failed, committed.Facts, failed.Reason, Kept: failed.Kept),
        (Committed committed, _) => committed with
        {
            // Nothing of it matters any more where the copy is whole, and old logs fold to what was stored with them.
            Facts = PlanOf(committed.Facts).CopyNeedsSource ? Learn(Lose(committed.Facts, @event), @event) : committed.Facts,
            Steps = Progress(committed.Steps, @event),
        },
        (RollingBack back, MigrationRolledBack) => new Ended(Phase.RolledBack, back.Facts, back.Reason, BeforeCommit: true),
        (RollingBack back, MigrationCancelled) => new Ended(Phase.Cancelled, back.Facts, back.Reason, BeforeCommit: true),
        (RollingBack back, MigrationFailed failed) => new Ended(Phase.Failed, back.Facts, failed.Reason, BeforeCommit: true, failed.Kept),
        (RollingBack { Way: { } way } back, SourceLost lost) => new Moving(Learn(back.Facts, lost), way),
        (RollingBack back, _) => GoBack(back, @event),
        _ => state,
    };

    private static RollingBack StartRollback(Moving moving, RollbackStarted rollback) => new(
        moving.Facts,
        rollback.Reason,
        rollback.Cancelled,
        SourceStopped: moving.Steps.Keys.Any(name => PlanOf(moving.Facts).Reversible(name) is { StopsSource: true }),
        ToUndo: moving.Steps.Keys.ToImmutableSortedSet(StringComparer.Ordinal),
        NoSteps,
        Way: moving is { Steps: var steps, Facts: { SourceGone: false, ShadowExited: false } }
            && steps.ContainsKey(StepNames.TakeCheckpoint) ? steps : null);

    private static RollingBack GoBack(RollingBack back, IMigrationMessage @event)
    {
        var facts = Learn(back.Facts, @event);
        if (back.Way is { } way && StepEndedBy(@event) is var (step, _) && PlanOf(facts).Reversible(step) is not null)
        {
            return back with { Facts = facts, Way = Progress(way, @event) };
        }

        var steps = Progress(back.Steps, @event);
        return back with
        {
            Facts = facts,
            Steps = steps,
            // Nor is there a way once somebody has been told to remove the copy.
            Way = facts.ShadowExited
                || (@event is StepStarted started && PlanOf(facts).Undo(started.Step) is { SignOfLife: false, OnlyAsks: false, ServesAgain: false })
                || steps.Any(step => steps.IsOver(step.Key) && PlanOf(facts).Undo(step.Key) is { SignOfLife: true })
                ? null : back.Way,
        };
    }

    // The workload may have been started anew, elsewhere, while its migration waited.
    private static Facts Renew(Facts facts, MigrationAdmitted admitted) => new(facts.Request with
    {
        Spec = admitted.Spec,
        SourceNode = admitted.SourceNode,
        SourceInstance = admitted.SourceInstance,
        SourceEpoch = admitted.SourceEpoch,
        SourceMemoryBytes = admitted.SourceMemoryBytes,
        SourceVersions = admitted.SourceVersions,
    });

    private static Facts Learn(Facts facts, IMigrationMessage @event) => @event switch
    {
        TargetReserved reserved => facts with { TransferUrl = reserved.TransferUrl },
        TransferCompleted transfer => facts with { Digest = transfer.Digest },
        ReplayProgressed progress => facts with { Replay = Window(facts.Replay, progress) },
        InstanceExited exited when exited.InstanceId == facts.Request.SourceInstance => facts with { SourceExited = true },
        InstanceExited exited when exited.InstanceId == facts.ShadowInstance => facts with { ShadowExited = true },
        SourceRevived { Step: StepNames.ReviveSource } => facts with { SourceExited = false },
        HandoffBroken broken when broken.InstanceId == facts.ShadowInstance => facts with { ShadowBroken = true },
        SourceLost lost => facts with { SourceLost = lost.Reason },
        CutoverDecided cutover => facts with { PredictedInterruptionMs = cutover.PredictedInterruptionMs },
        JournalClosed closed => facts with { Closed = closed },
        ReplayCaughtUp caughtUp => facts with { CaughtUp = caughtUp },
        _ => facts,
    };

    // The first cause counts.
    private static Facts Lose(Facts facts, IMigrationMessage @event) =>
        @event is StepFailed failed && facts.MemoryLost is null && Failures.IsLossOfMemory(failed.Reason)
            ? facts with { MemoryLost = failed.Reason } : facts;

    private static ImmutableArray<ReplayProgressed> Window(
        ImmutableArray<ReplayProgressed> reports, ReplayProgressed newest) =>
        reports.Length < Facts.ReplayWindow ? reports.Add(newest) : reports.RemoveAt(0).Add(newest);

    private static ImmutableSortedDictionary<string, StepProgress> Progress(
        ImmutableSortedDictionary<string, StepProgress> steps, IMigrationMessage @event) => @event switch
        {
            StepStarted started => steps.SetItem(started.Step, new(started.Attempt, StepStatus.Running)),
            StepFailed failed => Mark(steps, failed.Step, failed.Attempt, StepStatus.Retrying),
            StepOverdue overdue => Mark(steps, overdue.Step, overdue.Attempt, StepStatus.Retrying),
            StepGivenUp givenUp => Mark(steps, givenUp.Step, givenUp.Attempt, StepStatus.GivenUp),
            _ when StepEndedBy(@event) is var (step, attempt) => Mark(steps, step, attempt, StepStatus.Done),
            _ => steps,
        };

    // A step's event may come before the step was started: the transfer can be confirmed before the engine has seen
    // that the checkpoint was taken. It counts all the same.
    private static ImmutableSortedDictionary<string, StepProgress> Mark(
        ImmutableSortedDictionary<string, StepProgress> steps, string step, int attempt, StepStatus status) =>
        steps.GetValueOrDefault(step)?.Status is StepStatus.Done or StepStatus.GivenUp
            ? steps
            : steps.SetItem(step, new(attempt, status));

    /// <summary>Which step an event ends, and with which attempt, if it ends one.</summary>
    public static (string Step, int Attempt)? StepEndedBy(IMigrationMessage @event) => @event switch
    {
        StepStarted or StepOverdue or StepFailed or StepGivenUp => null,
        ShadowAttached => (StepNames.AttachShadow, 1),
        CutoverDecided => (StepNames.FollowReplay, 1),
        IStepMessage answer => (answer.Step, answer.Attempt),
        _ => null,
    };
}

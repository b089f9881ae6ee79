using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

public static partial class Migration
{
    /// <summary>What follows from one input in one state.</summary>
    /// <param name="state">The fold of the migration's events.</param>
    /// <param name="input">A request with its surroundings (<see cref="Asked"/>), an answer, a report or a timer.</param>
    /// <param name="now">The time of the decision.</param>
    public static Decision Decide(MigrationState state, IMigrationMessage input, DateTimeOffset now)
    {
        var draft = new Draft(state, now);
        if (FactsOf(state) is { } facts && !Parties.MaySay(facts, input))
        {
            return draft.Decision;
        }

        switch (state, input)
        {
            case (Moving moving, Overdue overdue):
                RetryOrRollBack(draft, moving, PlanOf(moving.Facts), overdue.Timer, overdue.SourceNodeDown);
                break;
            case (RollingBack back, Overdue overdue):
                RetryOrGiveUp(draft, back.Steps, overdue.Timer, UndoLimits(back), overdue.SourceNodeDown);
                break;
            case (_, Overdue overdue):
                return Decide(state, overdue.Timer, now);
            case (NotStarted, Asked asked):
                Begin(draft, asked);
                break;
            case (NotStarted, RefuseMigration refusal):
                draft.Record(new MigrationRejected(refusal.MigrationId, null, null, refusal.Reason, refusal.Body));
                break;
            case (Queued queued, _):
                DecideQueued(draft, queued, input);
                break;
            case (Moving moving, _):
                DecideMoving(draft, moving, input);
                break;
            case (Committed committed, _):
                DecideCommitted(draft, committed, input);
                break;
            case (RollingBack back, _):
                DecideRollingBack(draft, back, input);
                break;
            case (Ended { BeforeCommit: true, Facts: { SourceExited: false } known }, JournalClosed):
                ResumeLate(draft, known);
                break;
            case (Ended ended, CancelMigration cancel):
                draft.Record(new CancelRefused(cancel.MigrationId, Failures.CancelFinished(ended.Outcome)));
                break;
        }

        return draft.Decision;
    }

    private static void DecideMoving(Draft draft, Moving moving, IMigrationMessage input)
    {
        var plan = PlanOf(moving.Facts);
        switch (input)
        {
            case CancelMigration cancel when moving.Facts.SourceGone:
                draft.Record(new CancelRefused(cancel.MigrationId, Failures.CancelFailingOver));
                break;
            case CancelMigration cancel:
                RollBack(draft, Failures.Cancelled(cancel.RequestedBy), cancelled: true);
                break;
            case InstanceExited exited:
                LoseWhileMoving(draft, moving, exited);
                break;
            case HandoffBroken broken:
                draft.Record(broken);
                RollBack(draft, broken.Reason);
                break;
            case StepOverdue or StepFailed:
                RetryOrRollBack(draft, moving, plan, (IStepMessage)input);
                break;
            case ReplayProgressed progress when moving.Facts.SourceLost is null && !moving.Steps.IsOver(StepNames.FollowReplay):
                draft.Record(progress);
                JudgeCutover(draft);
                break;
            case FenceReached or FenceSent:
                draft.Record(input);
                break;
            case var _ when StepEndedBy(input) is var (step, attempt):
                if (plan.Reversible(step) is { } ended
                    && moving.Steps.Accepts(step, attempt, ended.Limits)
                    && moving.Steps.IsNewest(ended, attempt))
                {
                    draft.Record(input);
                    if (ended.Then?.Invoke(((Moving)draft.State).Facts, 1) is { } afterwards)
                    {
                        draft.Send(afterwards);
                    }

                    Advance(draft);
                }

                break;
        }
    }

    // Reports may come before the engine has seen that the shadow is there; they are judged when it has.
    private static void JudgeCutover(Draft draft)
    {
        if (draft.State is not Moving { Facts: var facts } moving
            || !moving.Steps.IsRunning(StepNames.FollowReplay)
            || Cutover.Decide(facts) is not { } decided)
        {
            return;
        }

        if (decided.Reason != CutoverReason.LagIsSmall && facts.Request.Policy.OnOverload == OverloadAction.RollBack)
        {
            RollBack(draft, Failures.Overloaded(decided.LagEntries, decided.PredictedInterruptionMs));
            return;
        }

        draft.Record(decided);
        Advance(draft);
    }

    private static void DecideCommitted(Draft draft, Committed committed, IMigrationMessage input)
    {
        switch (input)
        {
            case CancelMigration cancel:
                draft.Record(new CancelRefused(cancel.MigrationId, Failures.CancelTooLate));
                break;
            case StepOverdue or StepFailed:
                RetryOrGiveUp(draft, committed.Steps, (IStepMessage)input, ForwardLimits(committed));
                break;
            case InstanceExited exited:
                LoseWhileCommitted(draft, committed, exited);
                break;
            case var _ when StepEndedBy(input) is var (step, attempt):
                if (ForwardLimits(committed)(step) is { } limits && committed.Steps.Accepts(step, attempt, limits))
                {
                    draft.Record(input);
                    Advance(draft);
                }

                break;
        }
    }

    private static void DecideRollingBack(Draft draft, RollingBack back, IMigrationMessage input)
    {
        switch (input)
        {
            case CancelMigration cancel:
                draft.Record(new CancelRefused(cancel.MigrationId, Failures.CancelRepeated));
                break;
            case StepOverdue or StepFailed:
                RetryOrGiveUp(draft, back.Steps, (IStepMessage)input, UndoLimits(back));
                break;
            case InstanceExited exited:
                LoseWhileRollingBack(draft, back, exited);
                break;
            case HandoffBroken when back.Way is not null:
                draft.Record(input);
                break;
            case var _ when StepEndedBy(input) is var (step, attempt):
                if (back.Way is { } way && PlanOf(back.Facts).Reversible(step) is { } ended)
                {
                    // Should the migration go on after all, it must know what has been done meanwhile.
                    if (way.Accepts(step, attempt, ended.Limits) && way.IsNewest(ended, attempt))
                    {
                        draft.Record(input);
                    }
                }
                else if (UndoLimits(back)(step) is { } limits && back.Steps.Accepts(step, attempt, limits))
                {
                    draft.Record(input);
                    Advance(draft);
                }

                break;
        }
    }

    private static Func<string, StepLimits?> ForwardLimits(Committed committed) => step =>
        PlanOf(committed.Facts).Forward(step)?.Limits;

    private static Func<string, StepLimits?> UndoLimits(RollingBack back) => step =>
        PlanOf(back.Facts).Undo(back.ToUndo, step) is { } undo && !(undo.OnlyAsks && IsOver(back, undo))
            ? undo.Limits : null;

    /// <summary>What is known of the migration; null before anything is.</summary>
    public static Facts? FactsOf(MigrationState state) => state switch
    {
        Queued queued => queued.Facts,
        Moving moving => moving.Facts,
        Committed committed => committed.Facts,
        RollingBack back => back.Facts,
        Ended ended => ended.Facts,
        _ => null,
    };

    private static Plan PlanOf(Facts facts) => PlanCatalogue.Find(facts.Request)
        ?? throw new InvalidOperationException($"The log names an unknown strategy {facts.Request.Strategy}.");
}

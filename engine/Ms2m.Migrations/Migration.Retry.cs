using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

public static partial class Migration
{
    /// <summary>Before the commit point: try the step again, or give the migration up.</summary>
    private static void RetryOrRollBack(
        Draft draft, Moving moving, Plan plan, IStepMessage trouble, bool sourceNodeDown = false)
    {
        if (plan.Reversible(trouble.Step) is not { } step
            || !Concerns(moving.Steps, trouble)
            || (trouble is StepFailed && !moving.Steps.IsNewest(step, trouble.Attempt)))
        {
            return;
        }

        var lost = moving.Facts.SourceLost is not null;
        if (lost && !OnTheWay(plan, moving, step.Name))
        {
            return;
        }

        draft.Record(trouble);
        // A checkpoint cannot be taken again from a source that is lost.
        if (!(lost && step.Name == StepNames.TakeCheckpoint)
            && TryAgain(draft, moving.Facts, trouble, step.Limits, step.Command))
        {
            return;
        }

        if (step.SilenceMeansLost && trouble is StepOverdue && moving.Facts.Closed is null
            && TryFailOverSilent(draft, moving.Facts, sourceNodeDown))
        {
            return;
        }

        if (step.Optional)
        {
            draft.Record(new StepGivenUp(moving.Facts.Id, step.Name, trouble.Attempt));
            Advance(draft);
            return;
        }

        var reason = trouble is StepFailed failed ? failed.Reason : Overdue(moving.Facts, step, trouble.Attempt);
        // A second attempt may follow a first one that left something behind: that is rolled back.
        if (step.Refuses && trouble is StepFailed { Attempt: 1 })
        {
            draft.Record(new MigrationRejected(
                moving.Facts.Id, moving.Facts.Request.Spec.Name, moving.Facts.Request.TargetNode, reason, Body: null));
            TakeBackBeside(draft, moving, plan, step);
            return;
        }

        RollBack(draft, reason);
    }

    /// <summary>Names whom the step has waited for, where that is an instance of the workload.</summary>
    private static Failure Overdue(Facts facts, ReversibleStep step, int attempts)
    {
        var silent = step.Command?.Invoke(facts, attempts) switch
        {
            Outgoing.ToInstance asked => asked.InstanceId,
            null when step.Name == StepNames.VerifyHandoff && facts.Closed is null => facts.Request.SourceInstance,
            null when step.AttemptOf is null => facts.ShadowInstance,
            _ => null,
        };
        return silent is null
            ? Failures.StepOverdue(step.Name, attempts)
            : Failures.InstanceSilent(silent, step.Name, attempts);
    }

    // What the source still had to do is not waited for, but for a checkpoint that may be on its way.
    private static bool OnTheWay(Plan plan, Moving moving, string step) =>
        plan.Failover.SelectMany(stage => stage).Any(s => s.Name == step)
        || (step == StepNames.TakeCheckpoint && !moving.Steps.IsOver(StepNames.SendCheckpoint));

    // What ran beside the step that was refused. Nobody waits: the refusal is the answer.
    private static void TakeBackBeside(Draft draft, Moving moving, Plan plan, ReversibleStep refused)
    {
        foreach (var undo in plan.Rollback(moving.Steps.Keys.Where(name => name != refused.Name)).SelectMany(stage => stage))
        {
            draft.Send(undo.Command(moving.Facts, 1));
        }
    }

    /// <summary>After the commit point, or while rolling back: there is no way but on. What cannot be done is named.</summary>
    private static void RetryOrGiveUp(
        Draft draft,
        ImmutableSortedDictionary<string, StepProgress> steps,
        IStepMessage trouble,
        Func<string, StepLimits?> limitsOf,
        bool sourceNodeDown = false)
    {
        if (limitsOf(trouble.Step) is not { } limits || !Concerns(steps, trouble))
        {
            return;
        }

        draft.Record(trouble);
        var (facts, command) = draft.State switch
        {
            Committed c => (c.Facts, PlanOf(c.Facts).Forward(trouble.Step)!.Command),
            RollingBack b => (b.Facts, PlanOf(b.Facts).Undo(b.ToUndo, trouble.Step)!.Command),
            _ => throw new InvalidOperationException("Only a state with a way on retries or gives up."),
        };
        if (!TryAgain(draft, facts, trouble, limits, command))
        {
            if (draft.State is RollingBack back && PlanOf(facts).Undo(trouble.Step) is { } undo
                && ((undo.SignOfLife && TryLoseSilent(draft, back, sourceNodeDown))
                    || TrySaveFromStandstill(draft, back, undo, trouble)))
            {
                return;
            }

            draft.Record(new StepGivenUp(facts.Id, trouble.Step, trouble.Attempt));
            Advance(draft);
        }
    }

    private static bool Concerns(ImmutableSortedDictionary<string, StepProgress> steps, IStepMessage trouble) =>
        (steps.GetValueOrDefault(trouble.Step), trouble) switch
        {
            ({ Status: StepStatus.Running } running, StepFailed) => running.Attempt <= trouble.Attempt,
            ({ Status: StepStatus.Running } running, _) => running.Attempt == trouble.Attempt,
            // After a reported failure the same timer, set anew, says that the pause is over.
            ({ Status: StepStatus.Retrying } retrying, StepOverdue) => retrying.Attempt == trouble.Attempt,
            // A step without a command may fail before the engine waits for it.
            (null, StepFailed) => true,
            _ => false,
        };

    private static bool TryAgain(
        Draft draft, Facts facts, IStepMessage trouble, StepLimits limits, StepCommand? command)
    {
        if (trouble.Attempt >= limits.Attempts || trouble is StepFailed { Retryable: false })
        {
            return false;
        }

        if (trouble is StepFailed)
        {
            draft.Send(new Outgoing.AtTime(
                new StepOverdue(facts.Id, trouble.Step, trouble.Attempt), draft.Now + RetryPause(trouble.Attempt)));
        }
        else
        {
            Start(draft, facts, trouble.Step, trouble.Attempt + 1, limits, command);
        }

        return true;
    }
}

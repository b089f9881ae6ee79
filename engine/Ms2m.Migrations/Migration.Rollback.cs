using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

/// <summary>The way back. docs/handoff.md, "Rolling back".</summary>
public static partial class Migration
{
    private static void RollBack(Draft draft, Failure reason, bool cancelled = false)
    {
        var moving = (Moving)draft.State;
        if (moving.Facts is { SourceGone: true, CopyAtTarget: true } facts && !PlanOf(facts).CopyNeedsSource)
        {
            SaveTheLastCopy(draft, facts, moving.Steps, reason);
            return;
        }

        draft.Record(new RollbackStarted(moving.Facts.Id, reason, cancelled));
        Advance(draft);
    }

    private static void AdvanceRollingBack(Draft draft, RollingBack back)
    {
        var stages = PlanOf(back.Facts).Rollback(back.ToUndo);
        if (stages.FirstOrDefault(stage => !stage.All(s => IsOver(back, s))) is { IsDefault: false } stage)
        {
            if (stage.FirstOrDefault(s => !back.Steps.ContainsKey(s.Name) && MustNot(back, s)) is { } never)
            {
                draft.Record(new StepGivenUp(back.Facts.Id, never.Name, 0));
                Advance(draft);
                return;
            }

            foreach (var step in stage.Where(s => !IsOver(back, s) && !back.Steps.ContainsKey(s.Name)))
            {
                Start(draft, back.Facts, step.Name, 1, step.Limits, step.Command);
            }

            return;
        }

        EndRollback(draft, back);
    }

    /// <summary>Whether what it must come after could not be done for certain. The last copy of a state is never
    /// discarded.</summary>
    private static bool MustNot(RollingBack back, UndoStep undo) =>
        (undo.AfterUndoOf is { } begun && back.ToUndo.Contains(begun)
            && (PlanOf(back.Facts).Reversible(begun)?.Undo ?? []).Any(
                other => back.Steps.GetValueOrDefault(other.Name) is { Status: StepStatus.GivenUp }))
        || (undo.Name == StepNames.DiscardCheckpoint && IsOnlyInItsCheckpoint(back));

    /// <summary>Whether the source's pod had given its name away and nobody has the source's state but the checkpoint that its node
    /// keeps: it could not be restored, or has ended again.</summary>
    private static bool IsOnlyInItsCheckpoint(RollingBack back) =>
        back.ToUndo.Contains(StepNames.ReleaseName)
        && (!IsDone(back, StepNames.ReviveSource)
            || (back.Facts.SourceExited && !IsDone(back, StepNames.ResumeSource))
            || (IsGivenUp(back, StepNames.ReadoptSource) && IsGivenUp(back, StepNames.ResumeSource)));

    private static bool IsDone(RollingBack back, string step) => back.Steps.GetValueOrDefault(step) is { Status: StepStatus.Done };

    private static bool IsGivenUp(RollingBack back, string step) => back.Steps.GetValueOrDefault(step) is { Status: StepStatus.GivenUp };

    // A dead source resumes nothing: nobody is left to answer. Without a copy that could be the last one there is no reason
    // to ask after the source.
    private static bool IsOver(RollingBack back, UndoStep undo) =>
        back.Steps.IsOver(undo.Name)
        // But for what brings it back from its checkpoint, where its pod has given its name away.
        || (back.Facts.SourceExited && (undo.ServesAgain || undo.SignOfLife) && undo.Name is not (StepNames.ConfirmRevival or StepNames.ReviveSource))
        || (undo.OnlyAsks && back.Way is null);

    /// <summary>A source that was cut off stops at last, and nobody waits for it any more. Nor does anybody wait for its
    /// answer; one that serves already only gives it.</summary>
    private static void ResumeLate(Draft draft, Facts facts)
    {
        if (PlanOf(facts).Undo([StepNames.PrepareSource], StepNames.ResumeSource) is { } resume)
        {
            draft.Send(resume.Command(facts, resume.Limits.Attempts + 1));
        }
    }

    private static void EndRollback(Draft draft, RollingBack back)
    {
        var id = back.Facts.Id;
        var plan = PlanOf(back.Facts);
        var leftovers = Leftovers(plan, back.Steps);
        var stillStopped = back.SourceStopped ? leftovers.FirstOrDefault(name => plan.Undo(name) is { ServesAgain: true }) : null;
        draft.Record((back, leftovers) switch
        {
            _ when IsOnlyInItsCheckpoint(back) => new MigrationFailed(
                id, Failures.CheckpointKept(back.Facts.Request.SourceInstance, back.Facts.Request.SourceNode), leftovers, Kept: true),
            ({ Facts: { SourceExited: true } or { SourceLost: not null } }, _) => new MigrationFailed(id, back.Reason, leftovers),
            // A source that was stopped and does not come back is a workload that nobody serves.
            _ when stillStopped is not null =>
                new MigrationFailed(id, Failures.StepOverdue(stillStopped, back.Steps[stillStopped].Attempt), leftovers),
            ({ Cancelled: true }, _) => new MigrationCancelled(id, leftovers),
            _ => new MigrationRolledBack(id, back.Reason, leftovers),
        });
    }
}

using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

/// <summary>What follows from the death of an instance. docs/handoff.md, "When something dies".</summary>
public static partial class Migration
{
    private static void LoseWhileMoving(Draft draft, Moving moving, InstanceExited exited)
    {
        var facts = moving.Facts;
        if (exited.InstanceId == facts.ShadowInstance)
        {
            draft.Record(exited);
            RollBack(draft, Failures.ShadowDied(exited.InstanceId, exited.Node, exited.ExitCode));
            return;
        }

        if (exited.InstanceId != facts.Request.SourceInstance || facts.SourceExited || GaveItsNameAway(moving.Steps))
        {
            return;
        }

        draft.Record(exited);
        var reason = Failures.SourceDied(exited.InstanceId, exited.Node, exited.ExitCode);
        if (!moving.Steps.ContainsKey(StepNames.TakeCheckpoint) || PlanOf(facts).Failover.IsEmpty)
        {
            RollBack(draft, reason);
        }
        else if (facts is { Closed: null, SourceLost: null })
        {
            FailOver(draft, facts, reason);
        }

        // A source that died after its last word is not needed: the handoff is verified as ever.
    }

    // Its pod goes because we have told it to. What it had said and held is in the checkpoint, on both nodes.
    private static bool GaveItsNameAway(ImmutableSortedDictionary<string, StepProgress> steps) =>
        steps.ContainsKey(StepNames.ReleaseName);

    /// <summary>Whether what follows from a deadline depends on whether the source's node still reports.</summary>
    public static bool NeedsTheNodes(MigrationState state, StepOverdue overdue, out string? sourceNode)
    {
        sourceNode = state switch
        {
            Moving { Facts: var facts } when PlanOf(facts).Reversible(overdue.Step) is { SilenceMeansLost: true } =>
                facts.Request.SourceNode,
            RollingBack { Way: not null, Facts: var facts } when PlanOf(facts).Undo(overdue.Step) is { SignOfLife: true } => facts.Request.SourceNode,
            _ => null,
        };
        return sourceNode is not null;
    }

    /// <summary>The source never answered. Where its node is down, or the policy allows it, it is taken for lost.</summary>
    /// <returns>False where the migration has to be rolled back instead.</returns>
    private static bool TryFailOverSilent(Draft draft, Facts facts, bool nodeDown)
    {
        if (!MeansLost(facts, nodeDown))
        {
            return false;
        }

        FailOver(draft, facts, Failures.SourceSilent(facts.Request.SourceInstance));
        return true;
    }

    private static bool MeansLost(Facts facts, bool nodeDown) =>
        nodeDown || facts.Request.Policy.OnSourceSilent == SilenceAction.FailOver;

    /// <summary>The same while the rollback waits for a sign of life: nothing has been removed yet.</summary>
    private static bool TryLoseSilent(Draft draft, RollingBack back, bool nodeDown) =>
        back.Way is { } way && MeansLost(back.Facts, nodeDown)
        && TrySave(draft, back, way, Failures.SourceSilent(back.Facts.Request.SourceInstance));

    /// <summary>A source that stood still and does not come back, for whatever reason: nobody serves, and what the target has
    /// may be all that is left.</summary>
    private static bool TrySaveFromStandstill(Draft draft, RollingBack back, UndoStep undo, IStepMessage trouble) =>
        undo.ServesAgain && back.Way is { } way && TrySave(draft, back, way, trouble is StepFailed failed
            ? failed.Reason : Failures.StepOverdue(undo.Name, trouble.Attempt));

    private static bool TrySave(
        Draft draft, RollingBack back, ImmutableSortedDictionary<string, StepProgress> way, Failure lost)
    {
        if (PlanOf(back.Facts).CopyNeedsSource)
        {
            return false;
        }

        if (MayTakeOver(back.Facts, way) && PlanOf(back.Facts).CopyStaysRight)
        {
            FailOver(draft, back.Facts, lost);
            return true;
        }

        if (back.Facts.CopyAtTarget)
        {
            KeepTheLastCopy(draft, back.Facts, way, back.Reason);
            return true;
        }

        return false;
    }

    /// <summary>The source is gone, and something stands in the way of the copy.</summary>
    private static void SaveTheLastCopy(
        Draft draft, Facts facts, ImmutableSortedDictionary<string, StepProgress> steps, Failure reason)
    {
        if (facts.SourceLost is null && MayTakeOver(facts, steps))
        {
            FailOver(draft, facts, Failures.SourceDied(facts.Request.SourceInstance, facts.Request.SourceNode, exitCode: null));
            return;
        }

        KeepTheLastCopy(draft, facts, steps, reason);
    }

    /// <summary>Whether the shadow can become the workload, as far as is known.</summary>
    private static bool MayTakeOver(Facts facts, ImmutableSortedDictionary<string, StepProgress> steps) =>
        facts is { ShadowExited: false, ShadowBroken: false }
        && !PlanOf(facts).Failover.IsEmpty
        && !Differ(facts)
        // A checkpoint that is still being taken may be whole before the source dies: its step has a deadline of its own.
        && (facts.Digest is not null
            || steps.GetValueOrDefault(StepNames.TakeCheckpoint) is { Status: StepStatus.Running or StepStatus.Done });

    // Whether it can be used is for a person to say. All that it may need is kept with it.
    private static void KeepTheLastCopy(
        Draft draft, Facts facts, ImmutableSortedDictionary<string, StepProgress> steps, Failure reason) =>
        draft.Record(new MigrationFailed(facts.Id, Failures.LastCopyKept(reason, facts.ShadowInstance, facts.Request.TargetNode),
        [
            .. PlanOf(facts).Rollback(steps.Keys).SelectMany(stage => stage)
                .Where(undo => undo is { SignOfLife: false, ServesAgain: false }).Select(undo => undo.Name),
        ], Kept: true));

    private static void FailOver(Draft draft, Facts facts, Failure reason)
    {
        var fromBack = draft.State is RollingBack;
        draft.Record(new SourceLost(facts.Id, reason));
        if (fromBack && draft.State is Moving { Steps: var steps })
        {
            // Nobody has watched over these since the rollback began, and a failure of theirs was not heard.
            foreach (var step in PlanOf(facts).Failover.SelectMany(stage => stage))
            {
                if (steps.GetValueOrDefault(step.Name) is { Status: StepStatus.Running or StepStatus.Retrying } ran)
                {
                    Start(draft, facts, step.Name, ran.Attempt + 1, step.Limits, step.Command);
                }
            }
        }

        Advance(draft);
    }

    // What is left of the source may be the last copy: a shadow that died before it answered its promotion ends this.
    private static void LoseWhileCommitted(Draft draft, Committed committed, InstanceExited exited)
    {
        var (facts, plan) = (committed.Facts, PlanOf(committed.Facts));
        var over = facts.MemoryLost is null && plan.Essential.All(step => committed.Steps.IsOver(step.Name));
        if (plan.CopyNeedsSource && exited.InstanceId == facts.Request.SourceInstance)
        {
            if (!over && !facts.SourceExited)
            {
                draft.Record(exited);
                Advance(draft);
            }

            return;
        }

        if (exited.InstanceId != facts.ShadowInstance || over)
        {
            return;
        }

        draft.Record(exited);
        if (plan.CopyNeedsSource && (facts.MemoryLost is not null || committed.Steps.ContainsKey(StepNames.CollectPages)))
        {
            // The target's worker says whether that means anything: the last page may have come, and what it kills exits too.
            return;
        }

        draft.Record(new MigrationFailed(
            facts.Id, Failures.ShadowDied(exited.InstanceId, exited.Node, exited.ExitCode), Undone(committed), Kept: true));
    }

    /// <summary>A copy that was served to people and is no more. What the source still has is older than what they were told,
    /// and the last there is: it is kept, unless its own node has said that it has exited.</summary>
    private static void AdvanceLoss(Draft draft, Committed committed, Failure cause)
    {
        var facts = committed.Facts;
        ImmutableArray<ForwardStep> removals =
            facts.SourceExited ? [TargetSteps.RemoveLost, SourceSteps.Remove] : [TargetSteps.RemoveLost];
        // What the target heard of the source's end, the source's own node is about to say.
        ImmutableArray<ForwardStep> all =
            facts.SourceExited || cause.Code != Failures.SourceMemoryGone ? removals : [.. removals, SourceSteps.HearOfEnd];
        foreach (var step in all.Where(step => !committed.Steps.ContainsKey(step.Name)))
        {
            Start(draft, facts, step.Name, 1, step.Limits, step.Command);
        }

        if (!all.All(step => committed.Steps.IsOver(step.Name)))
        {
            return;
        }

        var kept = !facts.SourceExited;
        draft.Record(new MigrationFailed(
            facts.Id, Failures.MemoryLost(facts.ShadowInstance, facts.Request.TargetNode, facts.Request.SourceNode, cause, kept),
            [
                .. removals.Select(step => step.Name).Where(name => committed.Steps[name].Status == StepStatus.GivenUp),
                .. kept ? [StepNames.RemoveSource] : ImmutableArray<string>.Empty,
            ],
            Kept: kept));
    }

    private static void LoseWhileRollingBack(Draft draft, RollingBack back, InstanceExited exited)
    {
        var ofShadow = exited.InstanceId == back.Facts.ShadowInstance && back.Way is not null;
        if (!ofShadow && (exited.InstanceId != back.Facts.Request.SourceInstance || back.Facts.SourceExited
            || (back.ToUndo.Contains(StepNames.ReleaseName) && !back.Steps.IsOver(StepNames.ReviveSource))))
        {
            return;
        }

        draft.Record(exited);
        if (draft.State is RollingBack { Way: { } way } unheard
            && TrySave(draft, unheard, way, Failures.SourceDied(exited.InstanceId, exited.Node, exited.ExitCode)))
        {
            return;
        }

        Advance(draft);
    }
}

using Ms2m.Contracts;
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

        if (exited.InstanceId != facts.Request.SourceInstance || facts.SourceExited)
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

    /// <summary>Whether what follows from a deadline depends on whether the source's node still reports.</summary>
    public static bool NeedsTheNodes(MigrationState state, StepOverdue overdue, out string? sourceNode)
    {
        sourceNode = state is Moving { Facts: var facts } && PlanOf(facts).Reversible(overdue.Step) is { SilenceMeansLost: true }
            ? facts.Request.SourceNode
            : null;
        return sourceNode is not null;
    }

    /// <summary>The source never answered. Where its node is down, or the policy allows it, it is taken for lost.</summary>
    /// <returns>False where the migration has to be rolled back instead.</returns>
    private static bool TryFailOverSilent(Draft draft, Facts facts, bool nodeDown)
    {
        if (!nodeDown && facts.Request.Policy.OnSourceSilent != SilenceAction.FailOver)
        {
            return false;
        }

        FailOver(draft, facts, Failures.SourceSilent(facts.Request.SourceInstance));
        return true;
    }

    private static void FailOver(Draft draft, Facts facts, Failure reason)
    {
        draft.Record(new SourceLost(facts.Id, reason));
        Advance(draft);
    }

    // What is left of the source may be the last copy: a shadow that died before it answered its promotion ends this.
    private static void LoseWhileCommitted(Draft draft, Committed committed, InstanceExited exited)
    {
        if (exited.InstanceId != committed.Facts.ShadowInstance || committed.Steps.IsOver(StepNames.PromoteShadow))
        {
            return;
        }

        draft.Record(exited);
        draft.Record(new MigrationFailed(
            committed.Facts.Id, Failures.ShadowDied(exited.InstanceId, exited.Node, exited.ExitCode), Undone(committed)));
    }

    private static void LoseWhileRollingBack(Draft draft, RollingBack back, InstanceExited exited)
    {
        if (exited.InstanceId != back.Facts.Request.SourceInstance || back.Facts.SourceExited)
        {
            return;
        }

        draft.Record(exited);
        Advance(draft);
    }
}

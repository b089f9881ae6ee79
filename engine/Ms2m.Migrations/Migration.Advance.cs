using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

public static partial class Migration
{
    /// <summary>Pause before the attempt after a reported failure: the cause may pass by itself.</summary>
    public static TimeSpan RetryPause(int attempt) => TimeSpan.FromMilliseconds(200 * Math.Pow(2, Math.Min(attempt, 6) - 1));

    /// <summary>Starts what the plan has next, passes the commit point, or ends the migration.</summary>
    private static void Advance(Draft draft)
    {
        switch (draft.State)
        {
            case Moving moving:
                AdvanceMoving(draft, moving);
                break;
            case Committed committed:
                AdvanceCommitted(draft, committed);
                break;
            case RollingBack back:
                AdvanceRollingBack(draft, back);
                break;
        }
    }

    private static void AdvanceMoving(Draft draft, Moving moving)
    {
        var plan = PlanOf(moving.Facts);
        if (plan.WayToCommit(moving.Facts).FirstOrDefault(stage => !stage.All(s => moving.Steps.IsOver(s.Name))) is { IsDefault: false } stage)
        {
            foreach (var step in stage.Where(s => !moving.Steps.ContainsKey(s.Name)))
            {
                Start(draft, moving.Facts, step.Name, 1, step.Limits, step.Command);
            }

            JudgeCutover(draft);
            return;
        }

        Commit(draft, moving.Facts);
    }

    private static void Commit(Draft draft, Facts facts)
    {
        if (facts.SourceLost is not null)
        {
            // Its last words, and the shadow's, may have come after all.
            if (draft.State is Moving { Steps: var steps } && Differ(facts))
            {
                KeepTheLastCopy(draft, facts, steps, Failures.HandoffDiffers(facts.Closed!, facts.CaughtUp!));
                return;
            }

            draft.Record(new PromotionCommitted(facts.Id, facts.Request.SourceEpoch + 1));
            Advance(draft);
            return;
        }

        var proven = PlanOf(facts).Proof(facts);
        if (proven.By is not { } proof)
        {
            RollBack(draft, proven.Against ?? Failures.NotVerified);
            return;
        }

        draft.Record(proof);
        draft.Record(new PromotionCommitted(facts.Id, facts.Request.SourceEpoch + 1));
        Advance(draft);
    }

    private static bool Differ(Facts facts) =>
        facts is { Closed: { } closed, CaughtUp: { } caughtUp } && !Agree(closed, caughtUp);

    internal static bool Agree(JournalClosed closed, ReplayCaughtUp caughtUp) =>
        closed.LastOrdinal == caughtUp.LastOrdinal
        && closed.ChainDigest == caughtUp.ChainDigest
        && closed.StateDigest == caughtUp.StateDigest;

    private static void AdvanceCommitted(Draft draft, Committed committed)
    {
        var plan = PlanOf(committed.Facts);
        if (committed.Facts.MemoryLost is { } cause)
        {
            AdvanceLoss(draft, committed, cause);
            return;
        }

        // A shadow that never took over: what is left of the source may be the last copy, so nothing more is removed.
        if (plan.Essential.FirstOrDefault(
            s => committed.Steps.GetValueOrDefault(s.Name) is { Status: StepStatus.GivenUp }) is { } missing)
        {
            draft.Record(new MigrationFailed(
                committed.Facts.Id,
                Failures.StepOverdue(missing.Name, committed.Steps[missing.Name].Attempt),
                Undone(committed),
                Kept: true));
            return;
        }

        if (plan.After.FirstOrDefault(stage => !stage.All(s => committed.Steps.IsOver(s.Name))) is { IsDefault: false } stage)
        {
            foreach (var step in stage.Where(s => !committed.Steps.ContainsKey(s.Name)))
            {
                Start(draft, committed.Facts, step.Name, 1, step.Limits, step.Command);
            }

            return;
        }

        draft.Record(new MigrationCompleted(committed.Facts.Id, Leftovers(plan, committed.Steps)));
    }

    private static ImmutableArray<string> Undone(Committed committed) =>
    [
        .. PlanOf(committed.Facts).After.SelectMany(stage => stage).Select(step => step.Name)
            .Where(name => committed.Steps.GetValueOrDefault(name) is not { Status: StepStatus.Done }),
    ];

    private static ImmutableArray<string> Leftovers(Plan plan, ImmutableSortedDictionary<string, StepProgress> steps) =>
    [
        .. steps.Where(step => step.Value.Status == StepStatus.GivenUp).Select(step => step.Key)
            // A question without an answer leaves nothing behind.
            .Where(name => plan.Undo(name) is not { OnlyAsks: true }),
    ];

    private static void Start(
        Draft draft, Facts facts, string step, int attempt, StepLimits limits, StepCommand? command)
    {
        var deadline = draft.Now + limits.Deadline(facts);
        draft.Record(new StepStarted(facts.Id, step, attempt, deadline));
        draft.Send(new Outgoing.AtTime(new StepOverdue(facts.Id, step, attempt), deadline));
        if (command is not null)
        {
            draft.Send(command(facts, attempt));
        }
    }
}

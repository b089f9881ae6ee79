using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.History.Timelines;
using Ms2m.Migrations;
using Ms2m.Migrations.Plans;

namespace Ms2m.History.Explaining;

/// <summary>Walks from a migration's end back to its beginning: which message led to the last decision, which decision asked
/// for that message, and so on. The stages of the plan need no mention: what began a stage is the answer that came last in the
/// stage before.
/// <para>The segments follow each other without gap or overlap, from 0 to the migration's total.</para></summary>
public static class CriticalPath
{
    /// <param name="history">The migration.</param>
    /// <param name="splitHops">Whether to tell the way out from the way back, as if both took the same time.</param>
    public static ImmutableArray<PathSegment> Of(MigrationHistory history, bool splitHops = false)
    {
        var path = new List<PathSegment>();
        var at = history.EndIndex;
        while (FirstOf(history, at) is > 0 and var first)
        {
            var link = Triggers(history, first, at).FirstOrDefault(found => found.From < first)
                ?? Interrupted(history, first)
                ?? new PathLink(first - 1, first, first - 1, null, 1, Party.Engine, WaitingOn.Unknown);
            path.AddRange(HopSplit.Of(history, link, splitHops).Reverse());
            at = link.From;
        }

        path.Reverse();
        return [.. path];
    }

    private static int FirstOf(MigrationHistory history, int index)
    {
        var decision = history.Events[index].Decision;
        while (index > 0 && history.Events[index - 1].Decision == decision)
        {
            index--;
        }

        return index;
    }

    // What may have led to a decision, most direct first. Its first event is, or follows from, the message that came.
    private static IEnumerable<PathLink> Triggers(MigrationHistory history, int first, int last)
    {
        for (var index = first; index <= last; index++)
        {
            var found = history.Events[index].Data switch
            {
                StepStarted or StepGivenUp or ReplayProgressed => null,
                StepOverdue overdue => Timer(history, index, overdue),
                MigrationAdmitted or MigrationRejected => Turn(history, first, index),
                StepFailed failed => Answer(history, index, failed.Step, failed.Attempt),
                var data when Migration.StepEndedBy(data) is var (step, attempt) => Answer(history, index, step, attempt),
                _ => null,
            };
            if (found is not null)
            {
                yield return found;
            }
        }
    }

    private static PathLink? Answer(MigrationHistory history, int index, string step, int attempt)
    {
        if (StartBefore(history, index, step) is not { } started)
        {
            // An answer that came before the engine waited for it: it belongs to the command that does this step too.
            return AttemptOf(history, step) is { } command && StartBefore(history, index, command) is { } commanded
                ? new PathLink(commanded, index, commanded, step, attempt, Asked(history, commanded, command), WaitingOn.Work)
                : null;
        }

        var party = Asked(history, started, step);
        return OnlyWaits(history, step) && BesideIt(history, started, index) is { } beside
            ? new PathLink(beside, index, beside, step, attempt, party, WaitingOn.Replay)
            : new PathLink(started, index, started, step, attempt, party, KindOf(step));
    }

    private static PathLink? Timer(MigrationHistory history, int index, StepOverdue overdue)
    {
        for (var i = index - 1; i >= 0; i--)
        {
            switch (history.Events[i].Data)
            {
                case StepFailed failed when failed.Step == overdue.Step:
                    return new PathLink(i, index, i, overdue.Step, overdue.Attempt, Party.Engine, WaitingOn.RetryPause);
                case StepStarted started when started.Step == overdue.Step:
                    return new PathLink(
                        i, index, i, overdue.Step, overdue.Attempt, Asked(history, i, overdue.Step), WaitingOn.Silence);
            }
        }

        return null;
    }

    private static PathLink? Turn(MigrationHistory history, int first, int index)
    {
        for (var i = first - 1; i >= 0; i--)
        {
            if (history.Events[i].Data is MigrationQueued)
            {
                return new PathLink(i, index, i, null, 1, Party.Engine, WaitingOn.Turn);
            }
        }

        return null;
    }

    // Something came that nobody waited for: a cancel, the end of an instance. Until then the migration waited for what was
    // under way, and of that for what had begun last.
    private static PathLink? Interrupted(MigrationHistory history, int first)
    {
        if (history.Steps.LastOrDefault(span => span.Started < first && (span.Ended ?? int.MaxValue) >= first) is
            { Started: { } started } under)
        {
            return OnlyWaits(history, under.Step) && BesideIt(history, started, first) is { } beside
                ? new PathLink(beside, first, beside, under.Step, under.Attempt, under.Party, WaitingOn.Replay)
                : new PathLink(started, first, started, under.Step, under.Attempt, under.Party, KindOf(under.Step));
        }

        for (var i = first - 1; i >= 0; i--)
        {
            switch (history.Events[i].Data)
            {
                case StepFailed failed:
                    return new PathLink(i, first, i, failed.Step, failed.Attempt, Party.Engine, WaitingOn.RetryPause);
                case MigrationQueued:
                    return new PathLink(i, first, i, null, 1, Party.Engine, WaitingOn.Turn);
                case StepStarted:
                    return null;
            }
        }

        return null;
    }

    private static int? StartBefore(MigrationHistory history, int index, string step)
    {
        var decision = history.Events[index].Decision;
        for (var i = index - 1; i >= 0; i--)
        {
            if (history.Events[i].Data is StepStarted started && started.Step == step && history.Events[i].Decision < decision)
            {
                return i;
            }
        }

        return null;
    }

    // A step that only waits cannot come before the commanded step beside it is done: the shadow has caught up only when the
    // source has closed its journal.
    private static int? BesideIt(MigrationHistory history, int started, int index) => history.Steps
        .Where(span => span.Started is { } start
            && history.Events[start].Decision == history.Events[started].Decision
            && !OnlyWaits(history, span.Step)
            && span is { Outcome: SpanOutcome.Done, Ended: { } ended }
            && history.Events[ended].Decision < history.Events[index].Decision)
        .Max(span => span.Ended);

    private static bool OnlyWaits(MigrationHistory history, string step) =>
        PlanOf(history)?.Reversible(step) is { Command: null, AttemptOf: null };

    private static string? AttemptOf(MigrationHistory history, string step) => PlanOf(history)?.Reversible(step)?.AttemptOf;

    private static Plan? PlanOf(MigrationHistory history) =>
        history.Request is { } request ? PlanCatalogue.Find(request) : null;

    private static Party Asked(MigrationHistory history, int started, string step) =>
        Party.AskedFor(step, history.Events[started].After);

    private static WaitingOn KindOf(string step) =>
        step is StepNames.FollowReplay or StepNames.VerifyHandoff ? WaitingOn.Replay : WaitingOn.Work;
}

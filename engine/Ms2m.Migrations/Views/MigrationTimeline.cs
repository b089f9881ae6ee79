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
        var fold = new MigrationFold(id);
        foreach (var (@event, at) in history)
        {
            fold.Add(@event, at);
        }

        return fold.View(now);
    }

    /// <summary>The phase that people see in a state.</summary>
    public static Phase PhaseOf(MigrationState state) => state switch
    {
        Moving moving => PlanCatalogue.Find(moving.Facts.Request) is { } plan
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
}

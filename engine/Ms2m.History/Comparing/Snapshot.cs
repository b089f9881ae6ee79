using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.History.Timelines;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Comparing;

/// <summary>All that was known of a migration at one moment.</summary>
/// <param name="Events">How many events had happened; 0 before the first.</param>
/// <param name="SinceMs">When the last of them happened.</param>
/// <param name="State">Which case of the state machine: what may still happen follows from it.</param>
/// <param name="Steps">Progress of the steps on the way that the migration then took.</param>
/// <param name="Facts">What the events so far had told, by name.</param>
/// <param name="Awaited">What had to come next.</param>
public sealed record Snapshot(
    Guid MigrationId,
    int Events,
    double SinceMs,
    DateTimeOffset? At,
    string State,
    Phase Phase,
    ImmutableSortedDictionary<string, StepProgress> Steps,
    ImmutableSortedDictionary<string, string> Facts,
    ImmutableArray<Awaited> Awaited)
{
    public static Snapshot Of(MigrationHistory history, int events)
    {
        var state = events == 0 ? Migration.Initial : history.Events[events - 1].After;
        var steps = StepsOf(state);
        return new Snapshot(
            history.Id,
            events,
            events == 0 ? 0 : history.Events[events - 1].SinceMs,
            events == 0 ? null : history.Events[events - 1].Recorded.Timestamp,
            state.GetType().Name,
            MigrationTimeline.PhaseOf(state),
            steps,
            KnownFacts.Of(state),
            [.. Comparing.Awaited.In(history, events, state, steps)]);
    }

    private static ImmutableSortedDictionary<string, StepProgress> StepsOf(MigrationState state) => state switch
    {
        MigrationState.Moving moving => moving.Steps,
        MigrationState.Committed committed => committed.Steps,
        MigrationState.RollingBack back => back.Steps,
        _ => ImmutableSortedDictionary<string, StepProgress>.Empty,
    };
}

/// <summary>Something that a migration waited for.</summary>
/// <param name="Step">Absent for a turn.</param>
/// <param name="From">Who had to say it.</param>
/// <param name="SinceMs">When the waiting began.</param>
/// <param name="Deadline">When it would be given up, or tried again.</param>
public sealed record Awaited(string? Step, int Attempt, string What, string From, double SinceMs, DateTimeOffset? Deadline)
{
    internal static IEnumerable<Awaited> In(
        MigrationHistory history, int events, MigrationState state, ImmutableSortedDictionary<string, StepProgress> steps)
    {
        if (state is MigrationState.Queued && Last<MigrationQueued>(history, events, _ => true) is var (queued, since))
        {
            yield return new Awaited(null, 1, "its turn", Party.Engine.Name, since, queued.Deadline);
        }

        foreach (var (name, progress) in steps)
        {
            if (progress.Status == StepStatus.Running
                && Last<StepStarted>(history, events, one => one.Step == name) is var (started, begun))
            {
                yield return new Awaited(
                    name, progress.Attempt, "the answer", Party.AskedFor(name, state).Name, begun, started.Deadline);
            }
            else if (progress.Status == StepStatus.Retrying
                && Last<StepFailed>(history, events, one => one.Step == name) is var (_, failed))
            {
                yield return new Awaited(
                    name, progress.Attempt + 1, "the pause before the next attempt", Party.Engine.Name, failed,
                    history.TimeOf(failed) + Migration.RetryPause(progress.Attempt));
            }
        }
    }

    private static (T Event, double SinceMs)? Last<T>(MigrationHistory history, int events, Func<T, bool> fits)
        where T : class
    {
        for (var i = events - 1; i >= 0; i--)
        {
            if (history.Events[i].Data is T one && fits(one))
            {
                return (one, history.Events[i].SinceMs);
            }
        }

        return null;
    }
}

using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Timelines;

/// <summary>A migration's stream, read: the ground that every analysis stands on.</summary>
public sealed class MigrationHistory
{
    private MigrationHistory(Guid id, ImmutableArray<HistoryEvent> events)
    {
        Id = id;
        Events = events;
        EndIndex = events.TakeWhile(one => one.After is not MigrationState.Ended).Count();
        Ended = EndIndex < events.Length;
        EndIndex = Math.Min(EndIndex, events.Length - 1);
        Steps = StepSpans.Of(events);
    }

    public Guid Id { get; }

    public ImmutableArray<HistoryEvent> Events { get; }

    /// <summary>Every attempt of every step, in the order in which they began.</summary>
    public ImmutableArray<StepSpan> Steps { get; }

    public bool Ended { get; }

    /// <summary>Which event ended the migration; the newest one while it goes on. Events may follow the end, such as a cancel
    /// that came too late.</summary>
    public int EndIndex { get; }

    public DateTimeOffset StartedAt => Events[0].Recorded.Timestamp;

    /// <summary>From the first event to the end, or to the newest event.</summary>
    public double TotalMs => Events[EndIndex].SinceMs;

    /// <summary>Absent for a request that was refused before anything was known.</summary>
    public MigrationRequested? Request => Migration.FactsOf(Events[^1].After)?.Request;

    /// <param name="recorded">All events of one stream, in order; at least one.</param>
    public static MigrationHistory Of(IReadOnlyList<RecordedEvent> recorded)
    {
        var clock = new RunClock();
        var state = Migration.Initial;
        var decision = -1;
        var since = 0.0;
        var events = ImmutableArray.CreateBuilder<HistoryEvent>(recorded.Count);
        RecordedEvent? previous = null;
        foreach (var one in recorded)
        {
            var data = (IMigrationMessage)one.Data;
            var facts = EventFacts.Of(one);
            state = Migration.Evolve(state, data);
            if (previous is null || !DecidedTogether(previous, one))
            {
                decision++;
                since = clock.Since(one, facts);
            }

            events.Add(new HistoryEvent(one, data, facts, since, decision, state, MigrationTimeline.PhaseOf(state)));
            previous = one;
        }

        return new MigrationHistory(recorded[0].StreamId, events.MoveToImmutable());
    }

    /// <summary>The view of it, on the history's clock.</summary>
    /// <param name="nowMs">How long an unfinished migration has lasted, since its first event.</param>
    public MigrationView View(double? nowMs = null) => MigrationTimeline.Of(
        Id,
        [.. Events.Select(one => (one.Data, TimeOf(one.SinceMs)))],
        TimeOf(Math.Max(nowMs ?? 0, Events[^1].SinceMs)));

    public DateTimeOffset TimeOf(double sinceMs) => StartedAt.AddMilliseconds(sinceMs);

    // One message leads to one decision, which is stored with one time.
    private static bool DecidedTogether(RecordedEvent one, RecordedEvent next) =>
        one.Timestamp == next.Timestamp && one.CausationId == next.CausationId;
}

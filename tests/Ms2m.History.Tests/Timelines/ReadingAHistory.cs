using Ms2m.Contracts;
using Ms2m.History.Events;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.Tests.Timelines;

public sealed class ReadingAHistory
{
    [Fact]
    public void time_never_runs_backwards_and_every_attempt_ends_after_it_began()
    {
        foreach (var history in AnyRun.All())
        {
            Assert.Equal(history.Events.Select(one => one.SinceMs).Order(), history.Events.Select(one => one.SinceMs));
            Assert.All(history.Steps, span => Assert.True(span.Ms >= 0, $"{span}"));
        }
    }

    [Fact]
    public void events_of_one_decision_have_one_time() => Assert.All(
        AnyRun.All(20).SelectMany(history => history.Events.GroupBy(one => one.Decision)),
        decision => Assert.Single(decision.Select(one => one.SinceMs).Distinct()));

    [Fact]
    public void a_time_of_day_that_is_set_does_not_change_durations_where_the_clock_is_known()
    {
        var recorded = SimulatedRun.Of(2).Select((one, index) => index < 10 ? one : one with { Timestamp = one.Timestamp.AddHours(-1) });
        Assert.Equal(MigrationHistory.Of(SimulatedRun.Of(2)).TotalMs, MigrationHistory.Of([.. recorded]).TotalMs, 1e-3);
    }

    [Fact]
    public void another_engine_has_another_clock_so_the_time_of_day_has_to_do()
    {
        var recorded = SimulatedRun.Of(2);
        var taken = recorded.Select((one, index) => index < 10 ? one : one with
        {
            Headers = new Dictionary<string, string>(one.Headers)
            {
                [EventHeaders.Clock] = "boot-2",
                [EventHeaders.MonotonicMs] = FormattableString.Invariant($"{(one.Timestamp - Recorder.Start).TotalMilliseconds:0.000}"),
            },
        });
        Assert.Equal(MigrationHistory.Of(recorded).TotalMs, MigrationHistory.Of([.. taken]).TotalMs, 1e-2);
    }

    [Fact]
    public void an_old_log_without_headers_gives_the_same_durations() => Assert.Equal(
        MigrationHistory.Of(SimulatedRun.Of(2)).TotalMs, MigrationHistory.Of(SimulatedRun.Of(2, headers: false)).TotalMs, 1e-2);

    [Fact]
    public void what_comes_after_the_end_does_not_prolong_it()
    {
        var recorded = SimulatedRun.Of(2);
        var late = recorded[^1] with
        {
            Version = recorded[^1].Version + 1,
            Data = new CancelRefused(recorded[0].StreamId, new Failure("X", "x", "x")),
            Alias = "cancel_refused",
            Timestamp = recorded[^1].Timestamp.AddHours(1),
            CausationId = "cancel",
            Headers = new Dictionary<string, string>(),
        };
        var history = MigrationHistory.Of([.. recorded, late]);
        Assert.Equal(MigrationHistory.Of(recorded).TotalMs, history.TotalMs);
        Assert.Equal(Phase.Completed, history.View().Phase);
    }

    [Fact]
    public void each_step_is_given_to_the_one_that_the_plan_asks()
    {
        var steps = MigrationHistory.Of(SimulatedRun.Of(2)).Steps.DistinctBy(span => span.Step).ToDictionary(span => span.Step, span => span.Party.Kind);
        Assert.Equal(PartyKind.Node, steps[StepNames.TakeCheckpoint]);
        Assert.Equal(PartyKind.Node, steps[StepNames.SendCheckpoint]);
        Assert.Equal(PartyKind.Engine, steps[StepNames.OpenReplay]);
        Assert.Equal(PartyKind.Source, steps[StepNames.QuiesceSource]);
        Assert.Equal(PartyKind.Shadow, steps[StepNames.FollowReplay]);
        Assert.Equal(PartyKind.Shadow, steps[StepNames.PromoteShadow]);
    }

    [Fact]
    public void an_answer_that_comes_before_it_is_waited_for_takes_no_time()
    {
        var id = Guid.NewGuid();
        var recorder = new Recorder(id, headers: false);
        recorder.Tell(World.Ask(id, new CutoverPolicy()), 0);
        recorder.Tell(new AccessGranted(id, StepNames.GrantAccess, 1), 5);
        recorder.Tell(new TargetReserved(id, StepNames.ReserveTarget, 1, "node-b", "url", 1), 10);
        recorder.Tell(new SourcePrepared(id, StepNames.PrepareSource, 1, World.Source), 20);
        recorder.Tell(new TransferCompleted(id, StepNames.SendCheckpoint, 1, "node-a", 1, "d", 5), 50);
        var early = Assert.Single(MigrationHistory.Of(recorder.Events).Steps, span => span.Step == StepNames.SendCheckpoint);
        Assert.Equal((0.0, SpanOutcome.Done, (int?)null), (early.Ms, early.Outcome, early.Started));
    }
}

using Ms2m.Contracts;
using Ms2m.History.Explaining;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.Tests.Explaining;

public sealed class TheCriticalPath
{
    [Fact]
    public void its_segments_follow_each_other_from_the_beginning_to_the_end_of_any_migration()
    {
        foreach (var history in AnyRun.All())
        {
            foreach (var split in new[] { false, true })
            {
                var path = CriticalPath.Of(history, split);
                var at = 0.0;
                foreach (var segment in path)
                {
                    Assert.Equal(at, segment.FromMs, 1e-6);
                    Assert.True(segment.Ms > 0, $"{segment} of {history.Id}");
                    at = segment.ToMs;
                }

                Assert.Equal(history.TotalMs, at, 1e-6);
            }
        }
    }

    [Fact]
    public void the_generated_migrations_have_every_fate_and_every_kind_of_waiting()
    {
        var histories = AnyRun.All().ToArray();
        var fates = histories.Select(history => history.View().Phase).ToHashSet();
        Assert.Superset(new HashSet<Phase> { Phase.Completed, Phase.Cancelled, Phase.RolledBack }, fates);
        Assert.Contains(histories, history => history.View().FailedOver);
        var kinds = histories.SelectMany(history => CriticalPath.Of(history)).Select(segment => segment.WaitingOn).ToHashSet();
        Assert.Superset(
            new HashSet<WaitingOn>
            {
                WaitingOn.StoreCommit, WaitingOn.BrokerHop, WaitingOn.Freeze, WaitingOn.Dump, WaitingOn.Restore, WaitingOn.Network,
                WaitingOn.Work, WaitingOn.Replay, WaitingOn.Engine, WaitingOn.RetryPause, WaitingOn.Silence,
                WaitingOn.CommandWorkAndAnswer,
            },
            kinds);
    }

    [Fact]
    public void of_two_steps_at_once_the_longer_is_on_it()
    {
        foreach (var history in AnyRun.All().Where(one =>
            one.View() is { Phase: Phase.Completed, FailedOver: false }
            && one.Steps.Any(span => span.Step == StepNames.GrantAccess && span.Outcome == SpanOutcome.Done)))
        {
            var steps = CriticalPath.Of(history).Select(segment => segment.Step).ToHashSet();
            var (reserve, grant) = (Ended(history, StepNames.ReserveTarget), Ended(history, StepNames.GrantAccess));
            Assert.Contains(reserve.Ended > grant.Ended ? StepNames.ReserveTarget : StepNames.GrantAccess, steps);
            Assert.DoesNotContain(reserve.Ended > grant.Ended ? StepNames.GrantAccess : StepNames.ReserveTarget, steps);
        }

        static StepSpan Ended(MigrationHistory history, string step) =>
            history.Steps.Last(span => span.Step == step && span.Outcome == SpanOutcome.Done);
    }

    [Fact]
    public void a_hop_is_told_from_the_work_without_equal_clocks()
    {
        // The worker's clock is a minute ahead.
        var history = Hop(new Way(AskedMs: 1_003, ReceivedMs: 61_007, SentMs: 61_107, ArrivedMs: 1_118), decidedMs: 1_120);
        Assert.Equal(
            [(WaitingOn.StoreCommit, 3.0), (WaitingOn.BrokerHop, 15.0), (WaitingOn.Work, 100.0), (WaitingOn.Engine, 2.0)],
            Parts(CriticalPath.Of(history)));
        Assert.Equal(
            [(WaitingOn.StoreCommit, 3.0), (WaitingOn.BrokerHop, 7.5), (WaitingOn.Work, 100.0), (WaitingOn.BrokerHop, 7.5), (WaitingOn.Engine, 2.0)],
            Parts(CriticalPath.Of(history, splitHops: true)));
    }

    [Fact]
    public void without_times_on_the_way_command_work_and_answer_are_one() => Assert.Equal(
        [(WaitingOn.CommandWorkAndAnswer, 120.0)], Parts(CriticalPath.Of(Hop(null, decidedMs: 1_120, headers: false))));

    [Fact]
    public void where_messages_carry_times_nothing_is_left_that_the_log_cannot_tell_apart() => Assert.All(
        Enumerable.Range(1, 50).Select(seed => Explanation.Of(MigrationHistory.Of(SimulatedRun.Of(seed)), ViewMedians.None)),
        explanation => Assert.False(explanation.Coarse));

    [Fact]
    public void steps_are_compared_with_the_median_of_their_kind()
    {
        var alike = Enumerable.Range(11, 5).Select(seed => MigrationHistory.Of(SimulatedRun.Of(seed)).View()).ToArray();
        var history = MigrationHistory.Of(SimulatedRun.Of(2));
        var restore = Explanation.Of(history, new ViewMedians(alike)).Steps.Single(step => step.Name == StepNames.RestoreShadow);
        var median = alike.Select(view => view.Steps.Single(step => step.Name == StepNames.RestoreShadow).Ms).Order().ElementAt(2);
        Assert.Equal(median, restore.MedianMs);
        Assert.Equal(history.View().Steps.Single(step => step.Name == StepNames.RestoreShadow).Ms / median, restore.Ratio!.Value, 1e-9);
    }

    [Fact]
    public void the_sentence_names_what_took_most()
    {
        var explanation = Explanation.Of(MigrationHistory.Of(SimulatedRun.Of(2)), ViewMedians.None);
        var most = explanation.Steps.MaxBy(step => step.Ms)!;
        Assert.Equal(
            $"{Durations.Text(explanation.TotalMs)}; the most, {Durations.Text(most.Ms)} ({Math.Round(most.Share * 100)} %), was {most.Name} on {most.Party}.",
            explanation.Sentence);
    }

    [Fact]
    public void a_clock_that_was_set_is_named_and_not_blamed_on_the_broker()
    {
        // The engine's time of day went back by 500 ms while the step ran, so its own two readings are 500 ms too near.
        var history = Hop(
            new Way(AskedMs: 1_003, ReceivedMs: 61_007, SentMs: 61_107, ArrivedMs: 1_118), decidedMs: 1_620, clockSetByMs: -500);
        Assert.Equal(
            [(WaitingOn.StoreCommit, 3.0), (WaitingOn.BrokerHop, 15.0), (WaitingOn.Work, 100.0), (WaitingOn.Unknown, 500.0), (WaitingOn.Engine, 2.0)],
            Parts(CriticalPath.Of(history)));
    }

    [Fact]
    public void a_freeze_is_told_from_the_rest_of_the_dump_also_in_an_old_log()
    {
        var path = CriticalPath.Of(MigrationHistory.Of(SimulatedRun.Of(3, headers: false)));
        var checkpoint = path.Where(segment => segment.Step == StepNames.TakeCheckpoint).ToArray();
        var taken = SimulatedRun.Of(3).Select(one => one.Data).OfType<CheckpointTaken>().Single();
        Assert.Equal(
            [WaitingOn.Freeze, WaitingOn.Dump, WaitingOn.CommandWorkAndAnswer], checkpoint.Select(segment => segment.WaitingOn));
        Assert.Equal(taken.FrozenMs!.Value, checkpoint[0].Ms, 1e-6);
        Assert.Equal(taken.DumpMs - taken.FrozenMs!.Value, checkpoint[1].Ms, 1e-6);
    }

    [Fact]
    public void the_pause_before_a_second_attempt_is_its_own_segment()
    {
        var id = Guid.NewGuid();
        var recorder = new Recorder(id, headers: false);
        recorder.Tell(World.Ask(id, new CutoverPolicy()), 0);
        recorder.Tell(new TargetReserved(id, StepNames.ReserveTarget, 1, "node-b", "url", 1), 10);
        recorder.Tell(new StepFailed(id, StepNames.GrantAccess, 1, Names.Engine, new Failure("X", "x", "x"), true), 60);
        recorder.Tell(new StepOverdue(id, StepNames.GrantAccess, 1), 260);
        recorder.Tell(new AccessGranted(id, StepNames.GrantAccess, 2), 300);
        Assert.Equal(
            [
                (StepNames.GrantAccess, 1, WaitingOn.CommandWorkAndAnswer, 60.0),
                (StepNames.GrantAccess, 1, WaitingOn.RetryPause, 200.0),
                (StepNames.GrantAccess, 2, WaitingOn.CommandWorkAndAnswer, 40.0),
            ],
            CriticalPath.Of(MigrationHistory.Of(recorder.Events))
                .Select(segment => (segment.Step, segment.Attempt, segment.WaitingOn, segment.Ms)));
    }

    // The second step of a migration, whose first took 1,000 ms.
    private static MigrationHistory Hop(Way? way, double decidedMs, bool headers = true, double clockSetByMs = 0)
    {
        var id = Guid.NewGuid();
        var recorder = new Recorder(id, headers);
        recorder.Tell(World.Ask(id, new CutoverPolicy()), 0);
        recorder.Tell(new AccessGranted(id, StepNames.GrantAccess, 1), 900);
        recorder.Tell(new TargetReserved(id, StepNames.ReserveTarget, 1, "node-b", "url", 1), 1_000);
        recorder.ClockSetByMs = clockSetByMs;
        recorder.Tell(new SourcePrepared(id, StepNames.PrepareSource, 1, World.Source), decidedMs, way);
        return MigrationHistory.Of(recorder.Events);
    }

    private static IEnumerable<(WaitingOn, double)> Parts(IEnumerable<PathSegment> path) =>
        path.Where(segment => segment.Step == StepNames.PrepareSource).Select(segment => (segment.WaitingOn, Math.Round(segment.Ms, 3)));
}

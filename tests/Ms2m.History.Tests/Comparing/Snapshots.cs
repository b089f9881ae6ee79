using Ms2m.Contracts;
using Ms2m.History.Comparing;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.Tests.Comparing;

public sealed class Snapshots
{
    [Fact]
    public void before_the_first_event_nothing_is_known_and_nothing_awaited()
    {
        var nothing = Snapshot.Of(MigrationHistory.Of(SimulatedRun.Of(2)), 0);
        Assert.Equal("NotStarted", nothing.State);
        Assert.Empty(nothing.Facts);
        Assert.Empty(nothing.Awaited);
    }

    [Fact]
    public void what_is_awaited_comes_with_its_deadline_and_from_whom()
    {
        var history = MigrationHistory.Of(SimulatedRun.Of(2));
        var index = history.Events.TakeWhile(one => one.Data is not StepStarted { Step: StepNames.RestoreShadow }).Count();
        var awaited = Assert.Single(Snapshot.Of(history, index + 1).Awaited);
        Assert.Equal((StepNames.RestoreShadow, "node-b"), (awaited.Step, awaited.From));
        Assert.Equal(((StepStarted)history.Events[index].Data).Deadline, awaited.Deadline);
    }

    [Fact]
    public void while_it_goes_on_something_is_awaited_and_after_the_end_nothing_is()
    {
        foreach (var history in AnyRun.All(40))
        {
            // Decisions are stored whole: no engine ever saw a state between two events of one.
            foreach (var last in history.Events.GroupBy(one => one.Decision).Select(decision => decision.Last()))
            {
                var snapshot = Snapshot.Of(history, (int)last.Number);
                Assert.Equal(last.After is MigrationState.Ended, snapshot.Awaited.IsEmpty);
            }
        }
    }

    [Fact]
    public void a_difference_says_what_came_what_went_and_what_changed()
    {
        var history = MigrationHistory.Of(SimulatedRun.Of(2));
        var (requested, over) = (Snapshot.Of(history, 1), Snapshot.Of(history, history.Events.Length));
        var changes = StateDiff.Between(requested, over);
        Assert.Contains(new Change("phase", "Pending", "Completed"), changes);
        Assert.Contains(changes, change => change is { Name: "checkpointDigest", Before: null, After: "d1" });
        Assert.DoesNotContain(changes, change => change.Name == "workload");
        Assert.Empty(StateDiff.Between(over, over));
    }

    [Fact]
    public void two_migrations_are_compared_by_name_also_where_one_lacks_a_step()
    {
        var id = Guid.NewGuid();
        var recorder = new Recorder(id, headers: false);
        recorder.Tell(World.Ask(id, new CutoverPolicy()), 0);
        recorder.Tell(new TargetReserved(id, StepNames.ReserveTarget, 1, "node-b", "url", 1), 10);
        var comparison = Comparison.Of(MigrationHistory.Of(SimulatedRun.Of(2)), MigrationHistory.Of(recorder.Events));
        var reserve = comparison.Steps.Single(pair => pair.Name == StepNames.ReserveTarget);
        Assert.Equal(10.0, reserve.SecondMs);
        Assert.Equal(reserve.SecondMs / reserve.FirstMs, reserve.Ratio);
        Assert.Null(comparison.Steps.Single(pair => pair.Name == StepNames.RestoreShadow).SecondMs);
    }
}

using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Stories;

/// <summary>A source that was cut off while it was told to stop does so when it is back. By then the migration is over, and
/// nobody but the engine can tell it.</summary>
public class AnsweringLate
{
    private static readonly JournalClosed Closed =
        new(Story.Id, StepNames.QuiesceSource, 3, "orders-1", 32, "chain", "state");

    [Fact]
    public void a_source_that_stops_after_its_migration_was_rolled_back_is_resumed()
    {
        var story = EndedWithoutTheSource().Tell(Closed);

        Assert.Equal("orders-1", ResumedBy(story.Last));
    }

    [Fact]
    public void it_is_resumed_as_often_as_it_says_that_it_has_stopped()
    {
        var story = EndedWithoutTheSource().Tell(Closed);
        var before = (story.State, story.Events.Count);

        story.Tell(Closed);

        Assert.Equal("orders-1", ResumedBy(story.Last));
        Assert.Equal(before, (story.State, story.Events.Count));
    }

    [Fact]
    public void its_answer_changes_nothing()
    {
        var story = EndedWithoutTheSource().Tell(Closed);
        var resume = story.Commands<ResumeSource>().Last();

        story.Tell(new SourceResumed(Story.Id, resume.Step, resume.Attempt, "orders-1"));

        Assert.Same(Decision.Nothing, story.Last);
    }

    [Fact]
    public void a_stop_that_a_shadow_or_a_stranger_reports_is_not_answered() => Assert.Same(
        Decision.Nothing, EndedWithoutTheSource().Tell(Closed with { InstanceId = Story.Shadow }).Last);

    [Fact]
    public void a_source_whose_shadow_has_taken_over_is_never_resumed()
    {
        var story = new Story().Tell([.. Story.HappyPath]);
        Assert.Equal(Phase.Completed, Assert.IsType<Ended>(story.State).Outcome);

        Assert.Same(Decision.Nothing, story.Tell(Closed).Last);
    }

    [Fact]
    public void a_source_whose_shadow_may_have_taken_over_is_never_resumed()
    {
        var story = Story.Until(StepNames.PromoteShadow).Tell(new InstanceExited(Story.Id, Story.Shadow, "node-b", 137));
        Assert.Equal(Phase.Failed, Assert.IsType<Ended>(story.State).Outcome);

        Assert.Same(Decision.Nothing, story.Tell(Closed).Last);
    }

    /// <summary>Cancelled while it was to stop, and it answers to nothing.</summary>
    private static Story EndedWithoutTheSource()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(new CancelMigration(Story.Id));
        foreach (var (step, attempts) in new[] { (StepNames.ConfirmSource, 3), (StepNames.ResumeSource, 6) })
        {
            for (var attempt = 1; attempt <= attempts; attempt++)
            {
                story.Tell(new StepOverdue(Story.Id, step, attempt));
            }
        }

        story.Tell(
            new ShadowRevoked(Story.Id, StepNames.RevokeShadow, 1),
            new InstanceRemoved(Story.Id, StepNames.RemoveTarget, 1, "node-b", Story.Shadow),
            new CheckpointDiscarded(Story.Id, StepNames.DiscardCheckpoint, 1, "node-a"),
            new ReplayClosed(Story.Id, StepNames.CloseReplay, 1));
        Assert.IsType<Ended>(story.State);
        return story;
    }

    private static string ResumedBy(Decision decision) => Assert.IsType<ResumeSource>(
        Assert.IsType<Outgoing.ToInstance>(Assert.Single(decision.Messages)).Message).InstanceId;
}

using Ms2m.Contracts;
using Ms2m.Migrations.Views;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Stories;

public class MovingAWorkload
{
    [Fact]
    public void everything_works_and_the_migration_completes()
    {
        var story = new Story().Tell([.. Story.HappyPath]);

        var ended = Assert.IsType<Ended>(story.State);
        Assert.Equal(Phase.Completed, ended.Outcome);
        Assert.Single(story.Events.OfType<HandoffVerified>());
        Assert.Empty(Assert.IsType<MigrationCompleted>(story.Events[^1]).Leftovers);
    }

    [Fact]
    public void every_started_step_has_a_stored_deadline()
    {
        var story = new Story().Tell([.. Story.HappyPath]);

        foreach (var started in story.Events.OfType<StepStarted>())
        {
            Assert.Contains(story.Sent.OfType<Outgoing.AtTime>(), timer =>
                timer.Message.Equals(new StepOverdue(Story.Id, started.Step, started.Attempt)) && timer.DueAt == started.Deadline);
        }
    }

    [Fact]
    public void the_fence_follows_the_binding_after_a_settling_delay()
    {
        var story = new Story().Tell([.. Story.HappyPath]);

        var fence = Assert.Single(story.Sent.OfType<Outgoing.ToBroker>(), sent => sent.Message is SendFence);
        Assert.True(fence.Delay > TimeSpan.Zero);
    }

    [Fact]
    public void the_shadow_is_promoted_only_after_the_commit_is_stored()
    {
        var story = Story.Until(StepNames.PromoteShadow);

        Assert.IsType<Committed>(story.State);
        var events = story.Last.Events.ToList();
        Assert.True(events.FindIndex(e => e is PromotionCommitted) < events.FindIndex(e => e is StepStarted
        { Step: StepNames.PromoteShadow }));
        Assert.Contains(story.Last.Messages, sent => sent.Message is PromoteShadow { Epoch: 2 });
    }

    [Fact]
    public void a_transfer_confirmed_before_the_checkpoint_is_reported_counts()
    {
        var inputs = Story.HappyPath.ToList();
        var taken = inputs.FindIndex(input => input is CheckpointTaken);
        var sent = inputs.FindIndex(input => input is TransferCompleted);
        (inputs[taken], inputs[sent]) = (inputs[sent], inputs[taken]);

        Assert.Equal(Phase.Completed, Assert.IsType<Ended>(new Story().Tell([.. inputs]).State).Outcome);
    }

    [Fact]
    public void only_steps_that_began_took_time()
    {
        var inputs = Story.HappyPath.ToList();
        var taken = inputs.FindIndex(input => input is CheckpointTaken);
        var sent = inputs.FindIndex(input => input is TransferCompleted);
        // The fence is sent beside the steps that are waited for, and here the transfer is over before it is waited for.
        (inputs[taken], inputs[sent]) = (inputs[sent], inputs[taken]);
        inputs.Insert(taken, new FenceSent(Story.Id, StepNames.SendFence, 1));
        var story = new Story().Tell([.. inputs]);

        Assert.Contains(story.Events, one => one is FenceSent);
        Assert.Contains(story.Events, one => one is TransferCompleted);
        var history = story.Events.Select((one, index) => (one, Story.Start.AddMilliseconds(index))).ToList();
        var steps = MigrationTimeline.Of(Story.Id, history, Story.Start).Steps;
        Assert.Equal(story.Events.OfType<StepStarted>().Select(one => one.Step).Distinct(), steps.Select(one => one.Name));
        Assert.All(steps, step => Assert.True(step.Ms > 0 && step.State == "done", $"{step}"));
    }

    [Fact]
    public void the_last_word_of_the_shadow_may_come_before_the_last_word_of_the_source()
    {
        var inputs = Story.HappyPath.ToList();
        var closed = inputs.FindIndex(input => input is JournalClosed);
        (inputs[closed], inputs[closed + 1]) = (inputs[closed + 1], inputs[closed]);

        Assert.Equal(Phase.Completed, Assert.IsType<Ended>(new Story().Tell([.. inputs]).State).Outcome);
    }

    [Fact]
    public void secrets_never_enter_events_or_messages_of_the_core()
    {
        var story = new Story().Tell([.. Story.HappyPath]);

        Assert.All(story.Commands<ReserveTarget>(), command => Assert.Empty(command.Token));
        Assert.All(story.Commands<TakeCheckpoint>(), command => Assert.Empty(command.Token));
    }
}

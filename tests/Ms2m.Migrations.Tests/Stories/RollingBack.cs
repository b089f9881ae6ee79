using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Stories;

public class RollingBackTo
{
    private static readonly IMigrationMessage[] Undone =
    [
        new SourcePrepared(Story.Id, StepNames.ConfirmSource, 1, "orders-1"),
        new ShadowRevoked(Story.Id, StepNames.RevokeShadow, 1),
        new InstanceRemoved(Story.Id, StepNames.RemoveTarget, 1, "node-b", Story.Shadow),
        new SourceResumed(Story.Id, StepNames.ResumeSource, 1, "orders-1"),
        new CheckpointDiscarded(Story.Id, StepNames.DiscardCheckpoint, 1, "node-a"),
        new ReplayClosed(Story.Id, StepNames.CloseReplay, 1),
    ];

    public static TheoryData<string> ReversibleSteps =>
    [
        StepNames.ReserveTarget, StepNames.PrepareSource, StepNames.TakeCheckpoint, StepNames.SendCheckpoint,
        StepNames.RestoreShadow, StepNames.AttachShadow, StepNames.FollowReplay, StepNames.QuiesceSource,
    ];

    [Theory]
    [MemberData(nameof(ReversibleSteps))]
    public void a_cancel_in_any_step_before_the_commit_undoes_what_was_started(string step)
    {
        var story = Story.Until(step).Tell(new CancelMigration(Story.Id, "me"));
        Assert.IsType<RollingBack>(story.State);

        story.Tell(Undone);

        Assert.Equal(Phase.Cancelled, Assert.IsType<Ended>(story.State).Outcome);
    }

    [Theory]
    [MemberData(nameof(ReversibleSteps))]
    public void a_step_that_never_ends_is_tried_again_and_then_undone(string step)
    {
        var story = Story.Until(step);
        for (var attempt = 1; story.State is Moving && attempt < 10; attempt++)
        {
            story.Tell(new StepOverdue(Story.Id, step, attempt));
        }

        Assert.IsType<RollingBack>(story.State);
        Assert.Equal(Phase.RolledBack, Assert.IsType<Ended>(story.Tell(Undone).State).Outcome);
    }

    public static TheoryData<string, string> AskedOfAnInstance => new()
    {
        { StepNames.PrepareSource, "orders-1" },
        { StepNames.AttachShadow, Story.Shadow },
        { StepNames.FollowReplay, Story.Shadow },
        { StepNames.QuiesceSource, "orders-1" },
    };

    [Theory]
    [MemberData(nameof(AskedOfAnInstance))]
    public void an_instance_that_never_answers_is_named(string step, string instance)
    {
        var story = Story.Until(step);
        for (var attempt = 1; story.State is Moving && attempt < 10; attempt++)
        {
            story.Tell(new StepOverdue(Story.Id, step, attempt));
        }

        var reason = Assert.IsType<RollingBack>(story.State).Reason;
        Assert.Equal("MS2M-0202", reason.Code);
        Assert.Contains(instance, reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void of_source_and_shadow_the_one_whose_last_word_is_missing_is_named()
    {
        var closed = new JournalClosed(Story.Id, StepNames.QuiesceSource, 1, "orders-1", 32, "chain", "state");
        var story = Story.Until(StepNames.QuiesceSource).Tell(closed, new StepOverdue(Story.Id, StepNames.VerifyHandoff, 1));

        Assert.Contains(Story.Shadow, Assert.IsType<RollingBack>(story.State).Reason.Message, StringComparison.Ordinal);
        story = Story.Until(StepNames.QuiesceSource).Tell(new StepOverdue(Story.Id, StepNames.VerifyHandoff, 1));
        Assert.Contains("orders-1", Assert.IsType<RollingBack>(story.State).Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_worker_that_never_answers_is_not_taken_for_an_instance()
    {
        var story = Story.Until(StepNames.RestoreShadow);
        for (var attempt = 1; story.State is Moving && attempt < 10; attempt++)
        {
            story.Tell(new StepOverdue(Story.Id, StepNames.RestoreShadow, attempt));
        }

        Assert.Equal("MS2M-0201", Assert.IsType<RollingBack>(story.State).Reason.Code);
    }

    [Fact]
    public void queues_go_only_after_the_source_has_stopped_journaling()
    {
        var story = Story.Until(StepNames.FollowReplay).Tell(new CancelMigration(Story.Id));
        Assert.DoesNotContain(story.Sent, sent => sent.Message is CloseReplay);

        story.Tell(Undone[..5]);

        Assert.Contains(story.Last.Messages, sent => sent.Message is CloseReplay);
    }

    [Fact]
    public void a_journal_that_the_source_may_have_declared_goes_although_no_replay_queue_was_opened()
    {
        var story = Story.Until(StepNames.PrepareSource).Tell(new CancelMigration(Story.Id));

        story.Tell(Undone[..4]);

        Assert.Contains(story.Sent, sent => sent.Message is CloseReplay);
    }

    [Fact]
    public void the_control_queue_goes_only_after_the_source_that_would_declare_it_again()
    {
        var story = Story.Until(StepNames.RemoveSource);
        Assert.DoesNotContain(story.Sent, sent => sent.Message is CloseReplay);

        story.Tell(
            new SourceRevoked(Story.Id, StepNames.RevokeSource, 1),
            new InstanceRemoved(Story.Id, StepNames.RemoveSource, 1, "node-a", "orders-1"));

        Assert.Contains(story.Last.Messages, sent => sent.Message is CloseReplay { InstanceId: "orders-1" });
    }

    [Fact]
    public void a_difference_between_source_and_shadow_never_commits()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(
            new JournalClosed(Story.Id, StepNames.QuiesceSource, 1, "orders-1", 32, "chain", "state"),
            new ReplayCaughtUp(Story.Id, StepNames.VerifyHandoff, 1, Story.Shadow, 32, "chain", "other"), Undone[0]);

        var back = Assert.IsType<RollingBack>(story.State);
        Assert.Equal("MS2M-0301", back.Reason.Code);
        Assert.DoesNotContain(story.Events, e => e is PromotionCommitted or HandoffVerified);
        Assert.Contains(story.Sent, sent => sent.Message is ResumeSource);
    }

    [Fact]
    public void a_stopped_source_that_does_not_resume_is_a_failure_and_not_a_rollback()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(new CancelMigration(Story.Id), Undone[0]);
        for (var attempt = 1; story.State is RollingBack && attempt < 20; attempt++)
        {
            story.Tell(new StepOverdue(Story.Id, StepNames.ResumeSource, attempt));
            story.Tell([.. Undone.Where(undo => undo is not SourceResumed)]);
        }

        Assert.Equal(Phase.Failed, Assert.IsType<Ended>(story.State).Outcome);
        Assert.Contains(StepNames.ResumeSource, Assert.IsType<MigrationFailed>(story.Events[^1]).Leftovers);
    }

    [Fact]
    public void what_was_granted_beside_a_refused_reservation_is_taken_back_and_nobody_waits_for_it()
    {
        var story = Story.Until(StepNames.ReserveTarget).Tell(new StepFailed(
            Story.Id, StepNames.ReserveTarget, 1, "node-b", new Failure("X", "x", "x"), Retryable: false));

        Assert.Equal(Phase.Rejected, Assert.IsType<Ended>(story.State).Outcome);
        Assert.Contains(story.Last.Messages, sent => sent.Message is RevokeShadow revoke && revoke.InstanceId == Story.Shadow);
    }

    [Fact]
    public void the_source_is_shut_out_when_the_shadow_has_taken_over_and_its_node_need_not_answer()
    {
        var story = Story.Until(StepNames.PromoteShadow);
        Assert.DoesNotContain(story.Sent, sent => sent.Message is RevokeSource);

        story.Tell(
            new ShadowPromoted(Story.Id, StepNames.PromoteShadow, 1, Story.Shadow, 2, 29),
            new InstanceActivated(Story.Id, StepNames.ActivateInstance, 1, "node-b", Story.Shadow));

        Assert.Contains(story.Last.Messages, sent => sent.Message is RevokeSource { InstanceId: "orders-1" });
    }

    [Fact]
    public void a_cancel_after_the_commit_is_refused_and_recorded()
    {
        var story = Story.Until(StepNames.PromoteShadow).Tell(new CancelMigration(Story.Id));

        Assert.Equal("MS2M-0402", Assert.IsType<CancelRefused>(story.Events[^1]).Reason.Code);
        Assert.IsType<Committed>(story.State);
    }

    [Fact]
    public void a_second_cancel_is_refused_and_recorded()
    {
        var story = Story.Until(StepNames.FollowReplay).Tell(new CancelMigration(Story.Id), new CancelMigration(Story.Id));

        Assert.Equal("MS2M-0403", Assert.IsType<CancelRefused>(story.Events[^1]).Reason.Code);
    }

    [Fact]
    public void a_clean_up_that_cannot_be_done_is_named_and_does_not_hang_the_end()
    {
        var story = Story.Until(StepNames.RemoveSource)
            .Tell(new SourceRevoked(Story.Id, StepNames.RevokeSource, 1));
        for (var attempt = 1; !story.Sent.Any(sent => sent.Message is CloseReplay) && attempt < 40; attempt++)
        {
            story.Tell(new StepOverdue(Story.Id, StepNames.RemoveSource, attempt));
        }

        story.Tell(new ReplayClosed(Story.Id, StepNames.CloseReplay, 1));

        Assert.Equal([StepNames.RemoveSource], Assert.IsType<MigrationCompleted>(story.Events[^1]).Leftovers);
    }

    [Fact]
    public void a_failed_attempt_is_repeated_after_a_pause_that_a_timer_ends()
    {
        var story = Story.Until(StepNames.TakeCheckpoint).Tell(new StepFailed(
            Story.Id, StepNames.TakeCheckpoint, 1, "node-a", new Failure("MS2M-2002", "Busy.", "Wait."), Retryable: true));
        var pause = Assert.IsType<Outgoing.AtTime>(Assert.Single(story.Last.Messages));

        story.Tell(pause.Message);

        Assert.Contains(story.Last.Messages, sent => sent.Message is TakeCheckpoint { Attempt: 2 });
    }

    [Fact]
    public void a_shadow_that_never_takes_over_does_not_cost_the_source_as_well()
    {
        var story = Story.Until(StepNames.PromoteShadow);
        for (var attempt = 1; story.State is Committed && attempt < 40; attempt++)
        {
            story.Tell(new StepOverdue(Story.Id, StepNames.PromoteShadow, attempt));
        }

        Assert.Contains(StepNames.RemoveSource, Assert.IsType<MigrationFailed>(story.Events[^1]).Leftovers);
        Assert.DoesNotContain(story.Sent, sent => sent.Message is RemoveInstance);
    }

    [Fact]
    public void a_refusal_after_a_lost_first_attempt_is_rolled_back_because_something_may_be_there()
    {
        var story = Story.Until(StepNames.ReserveTarget).Tell(
            new StepOverdue(Story.Id, StepNames.ReserveTarget, 1),
            new StepFailed(Story.Id, StepNames.ReserveTarget, 2, "node-b", new Failure("X", "x", "x"), Retryable: false));

        Assert.IsType<RollingBack>(story.State);
        Assert.Contains(story.Sent, sent => sent.Message is RemoveInstance { Step: StepNames.RemoveTarget });
    }

    [Fact]
    public void a_transfer_of_an_attempt_that_was_given_up_does_not_count()
    {
        var story = Story.Until(StepNames.TakeCheckpoint).Tell(
            new StepOverdue(Story.Id, StepNames.TakeCheckpoint, 1),
            new TransferCompleted(Story.Id, StepNames.SendCheckpoint, 1, "node-a", 1, "old", 1),
            new CheckpointTaken(Story.Id, StepNames.TakeCheckpoint, 2, "node-a", 1, 1),
            new ReplayOpened(Story.Id, StepNames.OpenReplay, 1, 1));
        Assert.DoesNotContain(story.Sent, sent => sent.Message is RestoreShadow);

        story.Tell(new TransferCompleted(Story.Id, StepNames.SendCheckpoint, 2, "node-a", 1, "new", 1));

        Assert.Contains(story.Last.Messages, sent => sent.Message is RestoreShadow { Digest: "new" });
    }
}

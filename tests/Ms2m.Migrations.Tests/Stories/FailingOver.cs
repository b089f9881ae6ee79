using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Stories;

/// <summary>A source that dies once its checkpoint is under way lives on in its shadow; one that dies before is lost, and
/// nobody says otherwise.</summary>
public class FailingOver
{
    private static readonly InstanceExited SourceExited = new(Story.Id, "orders-1", "node-a", 137);
    private static readonly InstanceExited ShadowExited = new(Story.Id, Story.Shadow, "node-b", 137);
    private static readonly SourcePrepared Confirmed = new(Story.Id, StepNames.ConfirmSource, 1, "orders-1");
    private static readonly SourceRevoked Revoked = new(Story.Id, StepNames.RevokeSource, 1);

    private static readonly string[] WithACheckpoint =
    [
        StepNames.TakeCheckpoint, StepNames.SendCheckpoint, StepNames.RestoreShadow, StepNames.AttachShadow,
        StepNames.FollowReplay, StepNames.QuiesceSource,
    ];

    public static TheoryData<string> StepsWithACheckpoint => [.. WithACheckpoint];

    public static TheoryData<string> EveryReversibleStep =>
        [StepNames.ReserveTarget, StepNames.PrepareSource, .. WithACheckpoint];

    [Theory]
    [MemberData(nameof(StepsWithACheckpoint))]
    public void a_source_that_dies_after_its_checkpoint_began_is_failed_over_forward(string step)
    {
        var story = Story.Until(step).Tell(SourceExited);

        TellTheRest(story);

        Assert.Equal(Phase.Completed, Assert.IsType<Ended>(story.State).Outcome);
        Assert.DoesNotContain(story.Events, e => e is HandoffVerified or RollbackStarted);
        Assert.Equal("MS2M-0304", Assert.Single(story.Events.OfType<SourceLost>()).Reason.Code);
        var promotion = story.Events.FindIndex(e => e is PromotionCommitted);
        Assert.InRange(story.Events.FindIndex(e => e is SourceRevoked), 0, promotion);
    }

    [Theory]
    [InlineData(StepNames.ReserveTarget)]
    [InlineData(StepNames.PrepareSource)]
    public void a_source_that_dies_before_its_checkpoint_is_a_failure(string step)
    {
        var story = Story.Until(step).Tell(SourceExited);
        RunOut(story);

        Assert.Equal("MS2M-0304", Assert.IsType<MigrationFailed>(story.Events[^1]).Reason.Code);
    }

    [Fact]
    public void a_checkpoint_that_did_not_outlive_its_source_is_a_failure_and_is_not_tried_again()
    {
        var story = Story.Until(StepNames.TakeCheckpoint).Tell(
            SourceExited,
            new StepFailed(Story.Id, StepNames.TakeCheckpoint, 1, "node-a", new Failure("X", "x", "x"), Retryable: true));

        Assert.IsType<RollingBack>(story.State);
        Assert.Single(story.Commands<TakeCheckpoint>());
        RunOut(story);
        Assert.IsType<MigrationFailed>(story.Events[^1]);
    }

    [Fact]
    public void a_source_that_died_before_the_rollback_is_not_asked_to_resume()
    {
        var story = Story.Until(StepNames.PrepareSource).Tell(SourceExited,
            new InstanceRemoved(Story.Id, StepNames.RemoveTarget, 1, "node-b", Story.Shadow),
            new ShadowRevoked(Story.Id, StepNames.RevokeShadow, 1),
            new ReplayClosed(Story.Id, StepNames.CloseReplay, 1));

        Assert.Empty(story.Commands<ResumeSource>());
        Assert.Empty(Assert.IsType<MigrationFailed>(story.Events[^1]).Leftovers);
    }

    [Fact]
    public void a_source_that_dies_after_its_last_word_is_verified_as_ever()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(
            new JournalClosed(Story.Id, StepNames.QuiesceSource, 1, "orders-1", 32, "chain", "state"),
            SourceExited,
            new ReplayCaughtUp(Story.Id, StepNames.VerifyHandoff, 1, Story.Shadow, 32, "chain", "state"));

        Assert.IsType<Committed>(story.State);
        Assert.Contains(story.Events, e => e is HandoffVerified);
        Assert.DoesNotContain(story.Events, e => e is SourceLost);
    }

    [Fact]
    public void a_dead_source_that_differs_from_its_shadow_is_a_failure_and_not_a_rollback()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(
            new JournalClosed(Story.Id, StepNames.QuiesceSource, 1, "orders-1", 32, "chain", "state"),
            SourceExited,
            new ReplayCaughtUp(Story.Id, StepNames.VerifyHandoff, 1, Story.Shadow, 32, "other", "state"));
        RunOut(story);

        Assert.Equal("MS2M-0301", Assert.IsType<MigrationFailed>(story.Events[^1]).Reason.Code);
    }

    [Theory]
    [InlineData(true, SilenceAction.RollBack, true)]
    [InlineData(false, SilenceAction.FailOver, true)]
    [InlineData(false, SilenceAction.RollBack, false)]
    public void a_silent_source_is_failed_over_when_its_node_is_down_or_the_policy_says_so(
        bool nodeDown, SilenceAction policy, bool failsOver)
    {
        var story = new Story().Tell(Story.Ask(policy: new CutoverPolicy { OnSourceSilent = policy }));
        story.Tell([.. Story.HappyPath.Skip(1).TakeWhile(input => input is not JournalClosed)]);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            story.Tell(new Overdue(new StepOverdue(Story.Id, StepNames.QuiesceSource, attempt), nodeDown));
        }

        Assert.Equal(failsOver, story.Commands<RevokeSource>().Any());
        Assert.Equal(!failsOver, story.State is RollingBack);
    }

    [Fact]
    public void a_shadow_that_cannot_be_restored_after_its_source_is_lost_is_a_failure()
    {
        var story = Story.Until(StepNames.RestoreShadow).Tell(SourceExited);
        RunOut(story);

        Assert.Equal(Phase.Failed, Assert.IsType<Ended>(story.State).Outcome);
    }

    [Fact]
    public void a_cancel_while_failing_over_is_refused_because_it_would_cost_the_state()
    {
        var story = Story.Until(StepNames.RestoreShadow).Tell(SourceExited, new CancelMigration(Story.Id));

        Assert.Equal("MS2M-0405", Assert.IsType<CancelRefused>(story.Events[^1]).Reason.Code);
    }

    [Theory]
    [MemberData(nameof(EveryReversibleStep))]
    public void a_shadow_that_dies_before_the_commit_leaves_the_source_as_it_was(string step)
    {
        var story = Story.Until(step).Tell(ShadowExited);

        Assert.Equal("MS2M-0306", Assert.IsType<RollingBack>(story.State).Reason.Code);
    }

    [Fact]
    public void a_shadow_that_dies_before_it_answers_its_promotion_does_not_cost_the_source_as_well()
    {
        var story = Story.Until(StepNames.PromoteShadow).Tell(ShadowExited);

        Assert.Contains(StepNames.RemoveSource, Assert.IsType<MigrationFailed>(story.Events[^1]).Leftovers);
        Assert.Empty(story.Commands<RemoveInstance>());
    }

    [Fact]
    public void a_source_that_dies_while_it_is_asked_to_resume_ends_the_rollback_at_once_as_a_failure()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(new CancelMigration(Story.Id), Confirmed, SourceExited,
            new ShadowRevoked(Story.Id, StepNames.RevokeShadow, 1),
            new InstanceRemoved(Story.Id, StepNames.RemoveTarget, 1, "node-b", Story.Shadow),
            new CheckpointDiscarded(Story.Id, StepNames.DiscardCheckpoint, 1, "node-a"),
            new ReplayClosed(Story.Id, StepNames.CloseReplay, 1));

        // Not a leftover either: there is nothing that could still be resumed.
        Assert.Empty(Assert.IsType<MigrationFailed>(story.Events[^1]).Leftovers);
    }

    private static void TellTheRest(Story story)
    {
        var told = story.Events.ToHashSet();
        story.Tell([.. Story.HappyPath.Skip(1).Where(input =>
            input is not (JournalClosed or ReplayCaughtUp or ReplayProgressed or SourceRevoked) && !told.Contains(input)).SelectMany(input => input is ShadowAttached ? new[] { input, Revoked } : [input])]);
        if (story.State is Moving)
        {
            story.Tell(Revoked);
        }

        // Revoked before the commit to be safe, and after it as always.
        story.Tell([.. Story.HappyPath.SkipWhile(input => input is not ShadowPromoted)]);
    }

    /// <summary>Nobody answers any more: the timers alone.</summary>
    private static void RunOut(Story story)
    {
        for (var turn = 0; turn < 100 && story.State is not Ended; turn++)
        {
            var due = story.Sent.OfType<Outgoing.AtTime>().OrderBy(timer => timer.DueAt).ToArray();
            story.Sent.Clear();
            foreach (var timer in due)
            {
                story.Now = timer.DueAt > story.Now ? timer.DueAt : story.Now;
                story.Tell(timer.Message);
            }
        }

        Assert.IsType<Ended>(story.State);
    }
}

using Ms2m.Contracts;
using Ms2m.Migrations.Views;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Stories;

/// <summary>A source may be dead when a rollback begins, and nobody has told the engine yet. Then the copy is the last one.</summary>
public class KeepingTheLastCopy
{
    private static readonly CancelMigration Cancel = new(Story.Id, "me");
    private static readonly InstanceExited SourceExited = new(Story.Id, "orders-1", "node-a", 137);
    private static readonly InstanceExited ShadowExited = new(Story.Id, Story.Shadow, "node-b", 137);
    private static readonly SourcePrepared Confirmed = new(Story.Id, StepNames.ConfirmSource, 1, "orders-1");
    private static readonly HandoffBroken Broken = new(Story.Id, Story.Shadow, new Failure("MS2M-4009", "No replay.", "Start anew."));

    private static readonly JournalClosed Closed =
        new(Story.Id, StepNames.QuiesceSource, 1, "orders-1", 32, "chain", "state");

    public static TheoryData<string> StepsWithACheckpoint =>
    [
        StepNames.TakeCheckpoint, StepNames.SendCheckpoint, StepNames.RestoreShadow, StepNames.AttachShadow,
        StepNames.FollowReplay, StepNames.QuiesceSource,
    ];

    [Theory]
    [MemberData(nameof(StepsWithACheckpoint))]
    public void a_cancel_removes_nothing_before_the_source_has_given_a_sign_of_life(string step)
    {
        var story = Story.Until(step).Tell(Cancel);
        Assert.IsType<PrepareSource>(Assert.Single(story.Last.Messages, sent => sent is not Outgoing.AtTime).Message);

        story.Tell(Confirmed);

        Assert.Contains(story.Last.Messages, sent => sent.Message is RemoveInstance);
        Assert.Contains(story.Last.Messages, sent => sent.Message is ResumeSource);
    }

    [Theory]
    [MemberData(nameof(StepsWithACheckpoint))]
    public void a_source_that_turns_out_to_be_dead_after_a_cancel_is_failed_over(string step)
    {
        var story = Story.Until(step).Tell(Cancel, SourceExited);

        GoOn(story);

        Assert.Equal(Phase.Completed, Assert.IsType<Ended>(story.State).Outcome);
        Assert.DoesNotContain(story.Events, e => e is InstanceRemoved { InstanceId: var removed } && removed == Story.Shadow);
        Assert.Contains(story.Events, e => e is SourceRevoked);
    }

    [Fact]
    public void what_is_answered_while_the_source_is_asked_counts_when_it_turns_out_to_be_dead()
    {
        var ready = Story.HappyPath.OfType<ShadowReady>().Single();
        var story = Story.Until(StepNames.RestoreShadow).Tell(Cancel, ready, SourceExited);

        Assert.Single(story.Commands<RestoreShadow>());
        Assert.Contains(story.Last.Events, e => e is StepStarted { Step: StepNames.AttachShadow });
    }

    [Fact]
    public void what_ran_when_the_rollback_began_runs_again_with_a_deadline_of_its_own()
    {
        var story = Story.Until(StepNames.RestoreShadow).Tell(Cancel, SourceExited);

        Assert.Contains(story.Last.Messages, sent => sent.Message is RestoreShadow { Attempt: 2 });
        Assert.Contains(story.Last.Messages, sent => sent.Message is StepOverdue { Step: StepNames.RestoreShadow, Attempt: 2 });
        var history = story.Events.Select(e => (e, Story.Start)).ToArray();
        Assert.Equal("running", MigrationTimeline.Of(Story.Id, history, Story.Start).Steps.Single(s => s.Name == StepNames.RestoreShadow).State);
    }

    [Theory]
    [InlineData(true, SilenceAction.RollBack, true)]
    [InlineData(false, SilenceAction.FailOver, true)]
    [InlineData(false, SilenceAction.RollBack, false)]
    public void a_source_that_gives_no_sign_of_life_is_lost_when_its_node_is_down_or_the_policy_says_so(
        bool nodeDown, SilenceAction policy, bool failsOver)
    {
        var story = new Story().Tell(Story.Ask(policy: new CutoverPolicy { OnSourceSilent = policy }));
        story.Tell([.. Story.HappyPath.Skip(1).TakeWhile(input => input is not JournalClosed), Cancel]);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var overdue = new StepOverdue(Story.Id, StepNames.ConfirmSource, attempt);
            Assert.True(Migration.NeedsTheNodes(story.State, overdue, out var node));
            Assert.Equal("node-a", node);
            story.Tell(new Overdue(overdue, nodeDown));
        }

        Assert.Equal(failsOver, story.Commands<RevokeSource>().Any());
        Assert.Equal(!failsOver, story.Commands<RemoveInstance>().Any());
    }

    [Fact]
    public void a_copy_that_cannot_follow_is_kept_and_named_when_the_source_turns_out_to_be_dead()
    {
        var story = Story.Until(StepNames.FollowReplay).Tell(Broken, SourceExited);

        AssertKept(story, "MS2M-4009");
    }

    [Fact]
    public void a_copy_that_breaks_after_the_source_has_died_is_kept_and_named()
    {
        var story = Story.Until(StepNames.FollowReplay).Tell(SourceExited, Broken);

        AssertKept(story, "MS2M-4009");
    }

    [Fact]
    public void a_checkpoint_that_cannot_be_restored_is_kept_when_its_source_is_dead()
    {
        var story = Story.Until(StepNames.RestoreShadow).Tell(SourceExited, new StepFailed(
            Story.Id, StepNames.RestoreShadow, 1, "node-b", new Failure("X", "x", "x"), Retryable: false));

        AssertKept(story, "X");
    }

    [Fact]
    public void a_copy_that_is_kept_is_nobodys_garbage()
    {
        var ended = Story.Until(StepNames.FollowReplay).Tell(Broken, SourceExited).State;

        var past = Past.Of(Story.Id, ended, committed: false, Story.Start);
        Assert.True(past.Kept);
        Assert.Null(past.DeadInstance);
    }

    [Fact]
    public void nor_is_it_where_the_source_has_only_been_silent()
    {
        var story = Story.Until(StepNames.FollowReplay).Tell(Broken);
        for (var attempt = 1; story.State is not MigrationState.Ended && attempt <= 3; attempt++)
        {
            story.Tell(new Overdue(new StepOverdue(Story.Id, StepNames.ConfirmSource, attempt), SourceNodeDown: true));
        }

        Assert.Equal(Phase.Failed, Assert.IsType<MigrationState.Ended>(story.State).Outcome);
        Assert.True(Past.Of(Story.Id, story.State, committed: false, Story.Start).Kept);
    }

    [Fact]
    public void last_words_that_differ_stop_a_failover_that_had_begun_without_them()
    {
        var story = Story.Until(StepNames.QuiesceSource)
            .Tell(Closed, SourceExited, new StepOverdue(Story.Id, StepNames.VerifyHandoff, 1))
            .Tell(new ReplayCaughtUp(Story.Id, StepNames.VerifyHandoff, 1, Story.Shadow, 31, "other", "state"))
            .Tell(new SourceRevoked(Story.Id, StepNames.RevokeSource, 1));

        Assert.DoesNotContain(story.Events, one => one is PromotionCommitted);
        Assert.Empty(story.Commands<RemoveInstance>());
    }

    [Fact]
    public void a_cancel_after_a_dead_sources_last_word_is_refused_because_it_would_cost_the_state()
    {
        var story = Story.Until(StepNames.QuiesceSource).Tell(Closed, SourceExited, Cancel);

        Assert.Equal("MS2M-0405", Assert.IsType<CancelRefused>(story.Events[^1]).Reason.Code);
    }

    [Fact]
    public void a_proof_that_never_comes_from_a_dead_sources_shadow_is_no_reason_to_remove_it()
    {
        var story = Story.Until(StepNames.QuiesceSource)
            .Tell(Closed, SourceExited, new StepOverdue(Story.Id, StepNames.VerifyHandoff, 1));

        Assert.Contains(story.Last.Messages, sent => sent.Message is RevokeSource);
        Assert.Empty(story.Commands<RemoveInstance>());
    }

    [Fact]
    public void a_shadow_that_dies_while_the_source_is_asked_is_no_copy_to_wait_for()
    {
        var story = Story.Until(StepNames.FollowReplay).Tell(Cancel, ShadowExited);

        Assert.Contains(story.Last.Messages, sent => sent.Message is RemoveInstance);
    }

    [Fact]
    public void a_source_without_a_copy_is_not_asked_first()
    {
        var story = Story.Until(StepNames.PrepareSource).Tell(Cancel);

        Assert.Contains(story.Last.Messages, sent => sent.Message is ResumeSource);
    }

    private static void AssertKept(Story story, string code)
    {
        var failed = Assert.IsType<MigrationFailed>(story.Events[^1]);
        Assert.Equal(code, failed.Reason.Code);
        Assert.Contains(Story.Shadow, failed.Reason.Message, StringComparison.Ordinal);
        Assert.Contains(StepNames.RemoveTarget, failed.Leftovers);
        Assert.Empty(story.Commands<RemoveInstance>());
        Assert.Empty(story.Commands<CloseReplay>());
        Assert.Empty(story.Commands<RevokeShadow>());
    }

    /// <summary>The failover's answers, and what follows the commit.</summary>
    private static void GoOn(Story story)
    {
        var told = story.Events.ToHashSet();
        var revoked = new SourceRevoked(Story.Id, StepNames.RevokeSource, 1);
        foreach (var input in Story.HappyPath.Skip(1).TakeWhile(input => input is not ReplayProgressed).Where(e => !told.Contains(e)))
        {
            var attempt = story.Events.OfType<StepStarted>().LastOrDefault(
                s => input is IStepMessage answer && s.Step == answer.Step)?.Attempt ?? 1;
            story.Tell(input switch
            {
                ShadowReady ready => ready with { Attempt = attempt },
                _ => input,
            });
        }

        story.Tell([revoked, .. Story.HappyPath.SkipWhile(input => input is not ShadowPromoted)]);
    }
}

using Ms2m.Contracts;

namespace Ms2m.Migrations.Tests.Stories;

public class DecidingTheCutover
{
    private static CutoverDecided? After(CutoverPolicy policy, params ReplayProgressed[] reports) =>
        Cutover.Decide(new Facts(Request(policy)) { Replay = [.. reports] });

    private static MigrationRequested Request(CutoverPolicy policy) => new(
        Story.Id, Story.Orders, "node-a", "orders-1", 1, 0, "node-b", "shadow", policy, null);

    [Fact]
    public void a_lag_that_drains_within_the_allowed_interruption_is_small_enough() =>
        Assert.Equal(CutoverReason.LagIsSmall, After(
            new(), Story.Progress(1, 40, 10, 0), Story.Progress(50, 2, 10, 300))?.Reason);

    [Fact]
    public void a_shrinking_lag_is_waited_for() =>
        Assert.Null(After(new(), Story.Progress(0, 60, 10, 0), Story.Progress(50, 35, 10, 500)));

    [Fact]
    public void a_lag_that_does_not_shrink_is_cut_at_once() =>
        Assert.Equal(CutoverReason.LagDoesNotShrink, After(
            new(), Story.Progress(0, 60, 10, 0), Story.Progress(50, 60, 10, 500))?.Reason);

    [Fact]
    public void nothing_is_said_of_a_lag_seen_for_too_short_a_time() =>
        Assert.Null(After(new(), Story.Progress(0, 60, 10, 0), Story.Progress(5, 60, 10, 50)));

    [Fact]
    public void a_lag_that_shrinks_too_slowly_for_the_allowed_replay_is_cut() =>
        Assert.Equal(CutoverReason.LagDoesNotShrink, After(
            new(MaxReplayMs: 3_000), Story.Progress(0, 1000, 10, 0), Story.Progress(100, 980, 10, 1000))?.Reason);

    [Fact]
    public void the_longest_replay_ends_the_waiting() =>
        Assert.Equal(CutoverReason.ReplayTooLong, After(
            new(MaxReplayMs: 1_000), Story.Progress(0, 1000, 10, 0), Story.Progress(100, 500, 10, 1001))?.Reason);

    [Fact]
    public void an_overloaded_migration_rolls_back_where_the_policy_says_so()
    {
        var story = new Story();
        story.Tell([Story.Ask(policy: new(OnOverload: OverloadAction.RollBack)), .. Story.HappyPath.Skip(1).TakeWhile(
            input => input is not ReplayProgressed)]);
        story.Tell(Story.Progress(0, 60, 10, 0), Story.Progress(50, 60, 10, 500));

        Assert.Equal("MS2M-0302", Assert.IsType<MigrationState.RollingBack>(story.State).Reason.Code);
    }

    [Fact]
    public void reports_that_come_before_the_shadow_is_known_are_judged_when_it_is()
    {
        var story = Story.Until(StepNames.RestoreShadow);
        story.Tell(Story.Progress(10, 1, 10, 50), Story.Progress(20, 1, 10, 100), new ShadowAttached(Story.Id, Story.Shadow, 3));
        Assert.DoesNotContain(story.Events, e => e is CutoverDecided);

        story.Tell(new ShadowReady(Story.Id, StepNames.RestoreShadow, 1, "node-b", Story.Shadow, 200));

        Assert.Contains(story.Events, e => e is CutoverDecided);
        Assert.Contains(story.Sent, sent => sent.Message is QuiesceSource);
    }

    [Fact]
    public void nothing_is_decided_before_one_message_was_replayed() =>
        Assert.Null(After(new(), Story.Progress(0, 200, 0, 0), Story.Progress(0, 200, 0, 50)));
}

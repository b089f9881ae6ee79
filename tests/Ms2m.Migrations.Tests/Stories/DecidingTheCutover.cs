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

    /// <summary>Every reason to decide, and what either policy makes of it. The last two reports decide.</summary>
    public static TheoryData<CutoverReason, ReplayProgressed[]> Reasons => new()
    {
        { CutoverReason.LagIsSmall, [Story.Progress(0, 60, 10, 0), Story.Progress(60, 1, 10, 900)] },
        { CutoverReason.LagDoesNotShrink, [Story.Progress(0, 60, 10, 0), Story.Progress(50, 60, 10, 500)] },
        { CutoverReason.ReplayTooLong, [Story.Progress(0, 90_000, 10, 0), Story.Progress(9_000, 40_000, 10, 120_000)] },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void where_the_policy_says_cut_over_every_reason_leads_to_the_cutover(
        CutoverReason reason, ReplayProgressed[] reports)
    {
        var story = Following(OverloadAction.CutOver).Tell(reports);

        Assert.Equal(reason, Assert.Single(story.Events.OfType<CutoverDecided>()).Reason);
        Assert.Contains(story.Sent, sent => sent.Message is QuiesceSource);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public void where_the_policy_says_roll_back_only_a_small_lag_leads_to_the_cutover(
        CutoverReason reason, ReplayProgressed[] reports)
    {
        var story = Following(OverloadAction.RollBack).Tell(reports);

        if (reason == CutoverReason.LagIsSmall)
        {
            Assert.Contains(story.Sent, sent => sent.Message is QuiesceSource);
        }
        else
        {
            Assert.Equal("MS2M-0302", Assert.IsType<MigrationState.RollingBack>(story.State).Reason.Code);
            Assert.DoesNotContain(story.Sent, sent => sent.Message is QuiesceSource);
        }
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(500, true)]
    public void a_longer_allowed_interruption_makes_the_same_lag_small(int maxInterruptionMs, bool small) => Assert.Equal(
        small ? CutoverReason.LagIsSmall : null,
        After(new(maxInterruptionMs), Story.Progress(0, 60, 10, 0), Story.Progress(50, 40, 10, 1000))?.Reason);

    [Theory]
    [InlineData(1_000, CutoverReason.LagDoesNotShrink)]
    [InlineData(60_000, null)]
    public void a_longer_allowed_replay_waits_for_the_same_lag(int maxReplayMs, CutoverReason? reason) => Assert.Equal(
        reason,
        After(new(MaxReplayMs: maxReplayMs), Story.Progress(0, 600, 10, 0), Story.Progress(80, 560, 10, 900))?.Reason);

    private static Story Following(OverloadAction action) => new Story().Tell(
        [Story.Ask(policy: new(OnOverload: action)), .. Story.HappyPath.Skip(1).TakeWhile(input => input is not ReplayProgressed)]);

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

using Ms2m.History.Tests.Lab;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;
using Ms2m.History.WhatIf;

namespace Ms2m.History.Tests.WhatIf;

public sealed class AnotherPolicy
{
    [Fact]
    public void under_the_policy_that_it_had_a_migration_takes_the_decision_that_it_took_at_the_same_report()
    {
        var (decided, overloaded) = (0, 0);
        foreach (var history in AnyRun.All())
        {
            if (Prediction.Of(history, history.Request?.Policy ?? new CutoverPolicy()) is not { } same)
            {
                continue;
            }

            Assert.True(same.Faithful, $"{history.Id}: {same.Sentence}");
            if (same.Was.Decision is null)
            {
                continue;
            }

            decided++;
            overloaded += same.Was.Outcome == HandoverOutcome.RollsBack ? 1 : 0;
            Assert.Equal(same.Was.Decision, same.Would.Decision);
            Assert.Equal(same.Was.DecidedMs, same.Would.DecidedMs);
            Assert.Equal(same.Was.Outcome, same.Would.Outcome);
            if (same.Was is { InterruptionMs: { } paused, HandoverMs: > 0, TotalMs: { } took })
            {
                Assert.Equal(paused, same.Would.InterruptionMs!.Value, 1e-6);
                Assert.Equal(took, same.Would.TotalMs!.Value, 1e-6);
            }
        }

        Assert.True(overloaded > 0, "Nothing was rolled back for overload.");
        Assert.True(decided > 100, $"Only {decided} migrations came to a cutover.");
    }

    [Fact]
    public void what_is_small_enough_for_one_policy_is_so_no_later_for_one_that_allows_more()
    {
        foreach (var history in AnyRun.All(60))
        {
            if (Prediction.Of(history, new CutoverPolicy(MaxInterruptionMs: 200, MaxReplayMs: 20_000)) is not
                {
                    Would: { DecidedMs: { } at, Decision.Reason: CutoverReason.LagIsSmall },
                })
            {
                continue;
            }

            var larger = Prediction.Of(history, new CutoverPolicy(MaxInterruptionMs: 2_000, MaxReplayMs: 20_000))!;
            Assert.True(larger.Would.DecidedMs <= at, $"{history.Id}: {larger.Sentence}");
        }
    }

    [Fact]
    public void a_lag_that_shrinks_is_followed_beyond_the_recording_with_its_own_rates()
    {
        // 100 messages a second replayed, 50 a second applied: every 20 ms one message of lag is made good.
        var prediction = Prediction.Of(Replay(lagAtFirst: 140, sourceRate: 0.05, allowedMs: 1_000), new CutoverPolicy(MaxInterruptionMs: 200))!;
        Assert.True(prediction.Faithful);
        Assert.Equal(Certainty.Extrapolated, prediction.Would.Certainty);
        Assert.Equal(CutoverReason.LagIsSmall, prediction.Would.Decision!.Reason);
        Assert.InRange(prediction.Would.Decision.LagEntries, 10, 12);
        var made = prediction.Was.Decision!.LagEntries - prediction.Would.Decision.LagEntries;
        Assert.InRange(prediction.Would.DecidedMs!.Value - prediction.Was.DecidedMs!.Value, (made * 20) - 100, (made * 20) + 100);
    }

    [Fact]
    public void an_overloaded_shadow_is_rolled_back_where_the_policy_says_so()
    {
        var history = Replay(lagAtFirst: 300, sourceRate: 0.15, allowedMs: 100);
        Assert.Equal(HandoverOutcome.CutsOver, Prediction.Of(history, new CutoverPolicy())!.Would.Outcome);
        var would = Prediction.Of(history, new CutoverPolicy(OnOverload: OverloadAction.RollBack))!.Would;
        Assert.Equal((HandoverOutcome.RollsBack, CutoverReason.LagDoesNotShrink), (would.Outcome, would.Decision!.Reason));
        Assert.Null(would.InterruptionMs);
    }

    [Fact]
    public void a_migration_that_never_replayed_has_nothing_to_judge() =>
        Assert.Null(Prediction.Of(OldLog.All.First(history => history.Request is null), new CutoverPolicy()));

    [Fact]
    public void a_policy_file_changes_only_what_it_names()
    {
        var had = new CutoverPolicy(300, 5_000, OverloadAction.RollBack, SilenceAction.FailOver);
        Assert.Equal(had, PolicyFile.Read("{}", had));
        Assert.Equal(had with { MaxInterruptionMs = 50 }, PolicyFile.Read("""{"maxInterruptionMs": 50}""", had));
        Assert.Equal(had with { OnOverload = OverloadAction.CutOver }, PolicyFile.Read("""{"onOverload": "CutOver"}""", had));
    }

    [Theory]
    [InlineData("""{"maxInterruption": 50}""")]
    [InlineData("""{"MaxInterruptionMs": 50}""")]
    [InlineData("""{"maxInterruptionMs": "50"}""")]
    [InlineData("""{"maxInterruptionMs": 0}""")]
    [InlineData("""{"maxReplayMs": -1}""")]
    [InlineData("""{"onOverload": "Explode"}""")]
    [InlineData("""{"maxReplayMs": 1, "maxReplayMs": 2}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    public void what_no_policy_knows_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => PolicyFile.Read(json, new CutoverPolicy()));

    // Told report by report until the cutover, at 10 ms a message.
    private static MigrationHistory Replay(double lagAtFirst, double sourceRate, int allowedMs)
    {
        var id = Guid.NewGuid();
        var recorder = new Recorder(id, headers: false);
        recorder.Tell(World.Ask(id, new CutoverPolicy(allowedMs)), 0);
        recorder.Tell(new AccessGranted(id, StepNames.GrantAccess, 1), 5);
        recorder.Tell(new TargetReserved(id, StepNames.ReserveTarget, 1, "node-b", "url", 1), 10);
        recorder.Tell(new SourcePrepared(id, StepNames.PrepareSource, 1, World.Source), 20);
        recorder.Tell(new ReplayOpened(id, StepNames.OpenReplay, 1, 1), 30);
        recorder.Tell(new CheckpointTaken(id, StepNames.TakeCheckpoint, 1, "node-a", 70, 100), 150);
        recorder.Tell(new TransferCompleted(id, StepNames.SendCheckpoint, 1, "node-a", 1, "d", 50), 200);
        recorder.Tell(new ShadowReady(id, StepNames.RestoreShadow, 1, "node-b", World.Shadow(id), 200), 400);
        recorder.Tell(new ShadowAttached(id, World.Shadow(id), 0), 450);
        for (var elapsed = 0; !recorder.Events.Any(one => one.Data is CutoverDecided); elapsed += 50)
        {
            var lag = lagAtFirst + (elapsed * (sourceRate - 0.1));
            recorder.Tell(new ReplayProgressed(id, World.Shadow(id), elapsed / 10, (long)lag, 10, elapsed), 460 + elapsed);
        }

        return MigrationHistory.Of(recorder.Events);
    }
}

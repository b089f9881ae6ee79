using Ms2m.Contracts;
using Ms2m.Workload.Tests.Lab;

namespace Ms2m.Workload.Tests.OnTheBroker;

/// <summary>The shadow's part on a real broker.</summary>
public sealed class ShadowTests(Broker broker) : IClassFixture<Broker>
{
    private readonly Guid _migration = Guid.NewGuid();
    private readonly string _queue = $"q-{Guid.NewGuid():N}";

    [Fact]
    public async Task a_shadow_sends_nothing_and_takes_nothing_from_the_queue()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine);
        await using var shadow = await source.CopyAsShadowAsync(_migration);
        await engine.PublishManyAsync(0, 50);
        await EngineStandIn.AppliedAsync(shadow, 50);
        Assert.Equal(source.Applied, shadow.Applied);
        await EngineStandIn.UntilAsync(() => engine.Effects.Count >= 50, () => $"{engine.Effects.Count} effects");
        await Task.Delay(100);
        Assert.Equal(50, engine.Effects.Count);
    }

    [Fact]
    public async Task a_shadow_that_loses_its_connection_goes_on_where_it_stood()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine);
        await using var shadow = await source.CopyAsShadowAsync(_migration, t => t.WorkMs = 1);
        var publishing = engine.PublishManyAsync(0, 200);
        for (var losses = 1; losses <= 3; losses++)
        {
            await EngineStandIn.AppliedAsync(shadow, losses * 40);
            shadow.Disconnect();
        }
        await publishing;
        await EngineStandIn.AppliedAsync(source, 200);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        var closed = await engine.HearAsync<JournalClosed>();
        var caughtUp = await engine.HearAsync<ReplayCaughtUp>();
        Assert.Equal((closed.LastOrdinal, closed.ChainDigest, closed.StateDigest), (caughtUp.LastOrdinal, caughtUp.ChainDigest, caughtUp.StateDigest));

        engine.Heard.Clear();
        shadow.Disconnect();
        Assert.Equal(caughtUp, await engine.HearAsync<ReplayCaughtUp>());
    }

    [Fact]
    public async Task progress_is_reported_while_the_lag_is_drained()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine);
        await engine.PublishManyAsync(0, 100);
        await EngineStandIn.AppliedAsync(source, 100);
        await using var shadow = await source.CopyAsShadowAsync(_migration, t => t.WorkMs = 5);
        await engine.PublishManyAsync(100, 100);
        await EngineStandIn.AppliedAsync(shadow, 200);
        await engine.HearAsync<ReplayProgressed>(p => p is { LagEntries: 0, Position: 200 });
        var reports = engine.Heard.OfType<ReplayProgressed>().ToList();
        Assert.True(reports.Count >= 5, $"{reports.Count} reports");
        Assert.True(reports.Max(r => r.LagEntries) > 20);
        Assert.InRange(reports[^1].ServiceMs, 4, 50);
        Assert.Equal(reports.OrderBy(r => r.ElapsedMs), reports);
    }

    [Fact]
    public async Task a_payload_that_never_comes_is_reported()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine, bind: false);
        await engine.FenceAsync(_migration, _queue, source.InstanceId);
        await using var shadow = await source.CopyAsShadowAsync(_migration, t => t.PayloadDeadlineMs = 200);
        await engine.PublishManyAsync(0, 1);
        var broken = await engine.HearAsync<HandoffBroken>();
        Assert.Equal((shadow.InstanceId, "MS2M-4001"), (broken.InstanceId, broken.Reason.Code));
        // The source is not concerned.
        await EngineStandIn.AppliedAsync(source, 1);
    }

    [Fact]
    public async Task without_replay_queue_or_journal_the_handoff_is_broken()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine);
        await engine.CloseReplayAsync(_migration);
        await using var shadow = await source.CopyAsShadowAsync(_migration);
        Assert.Equal("MS2M-4009", (await engine.HearAsync<HandoffBroken>()).Reason.Code);
    }

    [Fact]
    public async Task an_instance_started_anew_as_a_shadow_says_that_it_cannot_be_one()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = FoldingWorkload.Start(broker, _queue);
        await source.ConnectedAsync();
        await using var shadow = await source.CopyAsShadowAsync(_migration);
        Assert.Equal("MS2M-4008", (await engine.HearAsync<HandoffBroken>()).Reason.Code);
    }

    [Fact]
    public async Task when_the_source_dies_the_shadow_goes_on_without_loss_or_repeat()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine, t => t.WorkMs = 1);
        await using var shadow = await source.CopyAsShadowAsync(_migration, t => t.WorkMs = 0);
        var publishing = engine.PublishManyAsync(0, 300);
        await EngineStandIn.AppliedAsync(source, 100);
        await source.KillAsync();
        await engine.PromoteAsync(_migration, shadow.InstanceId);
        await engine.HearAsync<ShadowPromoted>();
        await publishing;
        await EngineStandIn.AppliedAsync(shadow, 300);
        Assert.Equal(Enumerable.Range(0, 300).Select(n => $"id:m{n}"), shadow.Applied);
        await EngineStandIn.UntilAsync(() => engine.Effects.DistinctBy(e => e.Id).Count() == 300, () => $"{engine.Effects.Count} effects");
        Assert.Equal(0u, await engine.ReadyAsync(_queue));
    }

    [Fact]
    public async Task a_promotion_may_be_told_twice_and_the_file_may_lag_behind()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine);
        await using var shadow = await source.CopyAsShadowAsync(_migration);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        await engine.HearAsync<ReplayCaughtUp>();
        await engine.PromoteAsync(_migration, shadow.InstanceId);
        await engine.HearAsync<ShadowPromoted>(p => p.Attempt == 1);
        await engine.PromoteAsync(_migration, shadow.InstanceId, attempt: 2);
        await engine.HearAsync<ShadowPromoted>(p => p is { Attempt: 2, Epoch: 2 });
        // The file still says shadow; the memory has the higher epoch.
        shadow.Disconnect();
        await engine.PublishManyAsync(0, 3);
        await EngineStandIn.AppliedAsync(shadow, 3);
        Assert.Empty(source.Applied);
    }

    [Fact]
    public async Task after_a_rollback_the_source_can_be_migrated_again()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await PreparedAsync(engine);
        await using (var shadow = await source.CopyAsShadowAsync(_migration))
        {
            await engine.HearAsync<ShadowAttached>();
        }
        await engine.ResumeAsync(_migration, source.InstanceId);
        await engine.HearAsync<SourceResumed>();
        await engine.CloseReplayAsync(_migration);
        await engine.PublishManyAsync(0, 5);

        var second = Guid.NewGuid();
        await engine.SourcePreparedAsync(second, source.InstanceId);
        await engine.OpenReplayAsync(second);
        await using var next = await source.CopyAsShadowAsync(second);
        await engine.PublishManyAsync(5, 5);
        await engine.HearAsync<ShadowAttached>(a => a.MigrationId == second);
        await EngineStandIn.AppliedAsync(next, 10);
        Assert.Equal(source.Applied, next.Applied);
    }

    private async Task<FoldingWorkload> PreparedAsync(EngineStandIn engine, Action<WorkloadTweaks>? tweak = null, bool bind = true)
    {
        var source = FoldingWorkload.Start(broker, _queue, tweak);
        await source.ConnectedAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.OpenReplayAsync(_migration, bind);
        return source;
    }
}

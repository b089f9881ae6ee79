using Ms2m.Contracts;
using Ms2m.Workload.Tests.Lab;

namespace Ms2m.Workload.Tests.OnTheBroker;

/// <summary>The way from Prepare to Promote on a real broker, with the copy made in this process.</summary>
public sealed class WholeHandoffTests(Broker broker) : IClassFixture<Broker>
{
    private readonly Guid _migration = Guid.NewGuid();
    private readonly string _queue = $"q-{Guid.NewGuid():N}";

    [Fact]
    public async Task the_promoted_shadow_has_applied_everything_once_in_the_sources_order()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = FoldingWorkload.Start(broker, _queue, t => t.WorkMs = 2);
        await source.ConnectedAsync();
        using var publishing = new CancellationTokenSource();
        var published = 0;
        var publisher = Task.Run(async () =>
        {
            while (!publishing.IsCancellationRequested)
            {
                await engine.PublishAsync($"m{published}", $"body {published}");
                published++;
            }
        });
        await EngineStandIn.AppliedAsync(source, 20);

        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.OpenReplayAsync(_migration);
        await engine.FenceAsync(_migration, _queue, source.InstanceId);
        await using var shadow = await source.CopyAsShadowAsync(_migration, t => t.WorkMs = 0);
        var attached = await engine.HearAsync<ShadowAttached>();
        await EngineStandIn.AppliedAsync(source, source.Applied.Count + 50);
        await engine.QuiesceAsync(_migration, source.InstanceId);
        var closed = await engine.HearAsync<JournalClosed>();
        var caughtUp = await engine.HearAsync<ReplayCaughtUp>();
        Assert.Equal((closed.LastOrdinal, closed.ChainDigest, closed.StateDigest), (caughtUp.LastOrdinal, caughtUp.ChainDigest, caughtUp.StateDigest));
        Assert.True(closed.LastOrdinal > attached.Position);
        await engine.PromoteAsync(_migration, shadow.InstanceId);
        var promoted = await engine.HearAsync<ShadowPromoted>();
        Assert.Equal(2, promoted.Epoch);

        await Task.Delay(200);
        await publishing.CancelAsync();
        await publisher;
        await EngineStandIn.AppliedAsync(shadow, published);
        Assert.Equal(Enumerable.Range(0, published).Select(n => $"id:m{n}"), shadow.Applied);
        Assert.Equal(source.Applied, shadow.Applied.Take(source.Applied.Count));
        Assert.Equal(source.Times, shadow.Times.Take(source.Times.Count));
        await EngineStandIn.UntilAsync(() => engine.Effects.Count >= published, () => $"{engine.Effects.Count} effects of {published}");
        Assert.Equal(published, engine.Effects.DistinctBy(e => e.Id).Count());
        Assert.Equal(published, engine.Effects.Count);
        Assert.Equal(0u, await engine.ReadyAsync(_queue));
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Ms2m.Contracts;
using Ms2m.Workload.Tests.Lab;

namespace Ms2m.Workload.Tests.OnTheBroker;

/// <summary>When a command came and was answered, as the answer's headers say it.</summary>
public sealed class TimesOnTheWire(Broker broker) : IClassFixture<Broker>
{
    private readonly Guid _migration = Guid.NewGuid();
    private readonly string _queue = $"q-{Guid.NewGuid():N}";

    [Fact]
    public async Task every_answer_says_again_when_its_command_was_sent_and_when_it_came()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        var before = Arrival.Microseconds(DateTimeOffset.UtcNow);
        var id = source.InstanceId;
        await engine.TellAsync(id, EngineStandIn.Prepare(_migration, id), sent: 1);
        await engine.HearAsync<SourcePrepared>();
        await engine.OpenReplayAsync(_migration);
        await engine.PublishManyAsync(0, 3);
        await EngineStandIn.AppliedAsync(source, 3);
        await using var shadow = await source.CopyAsShadowAsync(_migration, _ => { });
        await engine.HearAsync<ShadowAttached>();
        await engine.TellAsync(id, new QuiesceSource(_migration, StepNames.QuiesceSource, 1, id), sent: 2);
        await engine.HearAsync<ReplayCaughtUp>();
        await engine.TellAsync(
            shadow.InstanceId, new PromoteShadow(_migration, StepNames.PromoteShadow, 1, shadow.InstanceId, 2), sent: 3);
        await engine.HearAsync<ShadowPromoted>();

        Assert.Equal(1, Answer(engine, typeof(SourcePrepared), before));
        Assert.Equal(2, Answer(engine, typeof(JournalClosed), before));
        Assert.Equal(3, Answer(engine, typeof(ShadowPromoted), before));
    }

    [Fact]
    public async Task what_nobody_asked_for_says_only_when_it_was_sent()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);
        await engine.OpenReplayAsync(_migration);
        await using var shadow = await source.CopyAsShadowAsync(_migration, _ => { });
        await engine.QuiesceAsync(_migration, source.InstanceId);
        await engine.HearAsync<ReplayCaughtUp>();

        var reports = engine.HeardFields.Where(one => one.Type == typeof(ShadowAttached) || one.Type == typeof(ReplayCaughtUp)).ToList();
        Assert.Equal(2, reports.Select(one => one.Type).Distinct().Count());
        Assert.All(reports, one =>
        {
            Assert.IsType<long>(one.Fields[Headers.Sent]);
            Assert.DoesNotContain(Headers.Received, one.Fields.Keys);
        });
    }

    [Fact]
    public async Task a_command_that_does_not_say_when_it_was_sent_is_answered_all_the_same()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        await engine.SourcePreparedAsync(_migration, source.InstanceId);

        var fields = engine.HeardFields.Single(one => one.Type == typeof(SourcePrepared)).Fields;
        Assert.DoesNotContain(Headers.Asked, fields.Keys);
        Assert.IsType<long>(fields[Headers.Received]);
    }

    [Fact]
    public async Task prepare_quiesce_replay_and_promote_are_spans_of_the_migrations_trace()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = from => from.Name == WorkloadTraces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = await StartAsync();
        var asked = $"00-{_migration:N}-00f067aa0ba902b7-01";
        var id = source.InstanceId;
        await engine.TellAsync(id, EngineStandIn.Prepare(_migration, id), sent: 1, trace: asked);
        await engine.HearAsync<SourcePrepared>();
        await engine.OpenReplayAsync(_migration);
        await using var shadow = await source.CopyAsShadowAsync(_migration, _ => { });
        await engine.TellAsync(id, new QuiesceSource(_migration, StepNames.QuiesceSource, 1, id), sent: 2, trace: asked);
        await engine.HearAsync<ReplayCaughtUp>();
        await engine.TellAsync(
            shadow.InstanceId, new PromoteShadow(_migration, StepNames.PromoteShadow, 1, shadow.InstanceId, 2), sent: 3, trace: asked);
        await engine.HearAsync<ShadowPromoted>();

        var own = spans.Where(span => span.TraceId == MigrationTrace.IdOf(_migration)).ToList();
        Assert.Superset(
            new HashSet<string> { StepNames.PrepareSource, StepNames.QuiesceSource, "replay", StepNames.PromoteShadow },
            own.Select(span => span.DisplayName).ToHashSet());
        var fields = engine.HeardFields.First(one => one.Type == typeof(SourcePrepared)).Fields;
        var prepared = own.Single(span => span.DisplayName == StepNames.PrepareSource);
        Assert.Equal("00f067aa0ba902b7", prepared.ParentSpanId.ToHexString());
        Assert.Equal(prepared.Id, Encoding.UTF8.GetString((byte[])fields[Headers.TraceParent]!));
        Assert.Equal((long)fields[Headers.Received]!, Arrival.Microseconds(prepared.StartTimeUtc));
    }

    private static long Answer(EngineStandIn engine, Type type, long before)
    {
        var fields = engine.HeardFields.First(one => one.Type == type).Fields;
        Assert.InRange((long)fields[Headers.Received]!, before, (long)fields[Headers.Sent]!);
        return (long)fields[Headers.Asked]!;
    }

    private async Task<FoldingWorkload> StartAsync()
    {
        var workload = FoldingWorkload.Start(broker, _queue, _ => { });
        await workload.ConnectedAsync();
        return workload;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.EventLog.Streams;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>The engine's spans of a whole migration.</summary>
public sealed class OneTrace(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void the_trace_is_named_as_the_migration() => Assert.Equal(
        "01a1fa9fbf5d7e318b2a000102030405",
        MigrationTrace.IdOf(Guid.Parse("01a1fa9f-bf5d-7e31-8b2a-000102030405")).ToHexString());

    [Fact]
    public async Task every_message_and_every_step_has_a_span_below_that_of_the_request()
    {
        var id = Guid.CreateVersion7();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = ListenTo(spans, id);
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "traced");
        var asked = new ConcurrentQueue<string?>();
        cluster.Heard = (type, trace) => asked.Enqueue(type == nameof(TakeCheckpoint) ? trace : null);
        await using var engine = await fixture.StartEngineAsync();
        await WholeMigrations.StartAsync(engine, cluster, id);
        var view = await WholeMigrations.EndOfAsync(engine, id);
        await Eventually.TrueAsync(() => Task.FromResult(spans.Any(span => span.DisplayName == "migration traced")), "the end is told");

        var root = Assert.Single(spans, span => span.ParentSpanId == default);
        Assert.Equal(nameof(StartMigration), root.DisplayName);
        var bySpan = spans.ToDictionary(span => span.SpanId);
        Assert.All(spans, span => Assert.True(span == root || bySpan.ContainsKey(span.ParentSpanId), span.DisplayName));

        // What the worker was asked by is a span of the engine, and the worker's answer follows from it.
        var trace = Assert.Single(asked, one => one is not null);
        Assert.True(ActivityContext.TryParse(trace, null, out var sender) && bySpan.ContainsKey(sender.SpanId));
        var taken = spans.First(span => span.DisplayName == nameof(CheckpointTaken));
        Assert.Equal(sender.SpanId, Assert.Single(taken.Links).Context.SpanId);

        // The steps are those of the log.
        var log = await engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, CancellationToken.None);
        var started = log.Select(one => one.Data).OfType<StepStarted>().Select(one => $"step {one.Step}").Distinct().Order();
        Assert.Equal(started, spans.Where(span => span.DisplayName.StartsWith("step ", StringComparison.Ordinal))
            .Select(span => span.DisplayName).Distinct().Order());
        Assert.Equal(view.TotalMs, spans.Single(span => span.DisplayName == "migration traced").Duration.TotalMilliseconds, 1.0);
    }

    [Fact]
    public async Task a_span_of_another_trace_is_nobodys_parent_and_nobodys_cause()
    {
        var id = Guid.CreateVersion7();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = ListenTo(spans, id);
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "foreign");
        await using var engine = await fixture.StartEngineAsync();
        cluster.Instead[nameof(PrepareSource)] = _ => [];
        await WholeMigrations.StartAsync(engine, cluster, id);
        await Eventually.TrueAsync(() => Task.FromResult(cluster.Has(nameof(PrepareSource))), "the source is told to prepare");
        var foreign = new Arrival(null, 1, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await cluster.SendAsync(Names.Migrations, new SourcePrepared(id, StepNames.PrepareSource, 1, cluster.Source), foreign);
        await WholeMigrations.EndOfAsync(engine, id);

        var prepared = spans.First(span => span.DisplayName == nameof(SourcePrepared));
        Assert.Empty(prepared.Links);
        Assert.Equal(MigrationTrace.IdOf(id), prepared.TraceId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void a_span_gives_way_to_the_one_around_it_and_is_not_below_it(bool first)
    {
        var id = Guid.CreateVersion7();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = ListenTo(spans, id);
        var parent = first ? null : $"00-{id:N}-b7ad6b7169203331-01";
        using var around = new Activity("around").Start();
        var began = DateTimeOffset.UtcNow.AddMinutes(-1);
        using (var span = MigrationTrace.Start(EngineTraces.Source, "inside", ActivityKind.Internal, id, parent, began)!)
        {
            Assert.Same(span, Activity.Current);
            Assert.Equal(MigrationTrace.IdOf(id), span.TraceId);
            Assert.Equal(first, span.ParentSpanId == default);
            Assert.Null(span.Parent);
            Assert.True(span.Recorded);
            Assert.Equal(began.UtcDateTime, span.StartTimeUtc);
        }

        Assert.Same(around, Activity.Current);
        Assert.Single(spans);
    }

    [Fact]
    public async Task a_collector_gets_them_by_otlp()
    {
        await using var receiver = new OtlpReceiver();
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{receiver.Port}");
        var id = Guid.CreateVersion7();
        try
        {
            using var export = TraceExport.Begin(Environment.GetEnvironmentVariable);
            Assert.NotNull(export);
            await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "exported");
            await using var engine = await fixture.StartEngineAsync();
            await WholeMigrations.StartAsync(engine, cluster, id);
            await WholeMigrations.EndOfAsync(engine, id);
            await Task.Delay(200, CancellationToken.None);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", null);
        }

        Assert.Empty(receiver.Troubles);
        var spans = receiver.Spans.Where(span => span.Trace == id.ToString("N")).ToList();
        Assert.All(spans, span => Assert.Equal(("ms2m-engine", EngineTraces.Name), (span.Service, span.Source)));
        Assert.All(spans, span => Assert.True(span.EndNano >= span.StartNano, span.Name));
        Assert.Single(spans, span => span.Parent.Length == 0);
        Assert.Contains(spans, span => span.Name == "migration exported");
    }

    [Fact]
    public void without_a_collector_nothing_is_loaded()
    {
        Assert.Null(TraceExport.Begin(_ => null));
        Assert.Null(MigrationTrace.Start(new ActivitySource("nobody listens"), "span", ActivityKind.Internal, Guid.NewGuid(), null));
    }

    private static ActivityListener ListenTo(ConcurrentQueue<Activity> spans, Guid id)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EngineTraces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == MigrationTrace.IdOf(id))
                {
                    spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}

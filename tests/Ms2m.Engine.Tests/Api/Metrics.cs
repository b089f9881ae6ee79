using Ms2m.Contracts;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.Engine.Tests.Whole;

namespace Ms2m.Engine.Tests.Api;

/// <summary>/metrics, read by somebody who knows the format only.</summary>
public sealed class Metrics(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task a_migration_is_counted_and_measured_by_phase()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "measured");
        await using var engine = await fixture.StartEngineAsync();
        var before = await ReadAsync(engine);
        Assert.Equal(0, before.Samples["ms2m_migrations_ended_total{outcome=\"Completed\"}"]);

        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        var view = await WholeMigrations.EndOfAsync(engine, id);
        await Eventually.TrueAsync(async () => (await ReadAsync(engine)).Sum("ms2m_migration_duration_seconds_count") == 1, "it is measured");

        var after = await ReadAsync(engine);
        Assert.Equal(1, after.Samples["ms2m_migrations_started_total"]);
        Assert.Equal(1, after.Samples["ms2m_migrations_ended_total{outcome=\"Completed\"}"]);
        Assert.Equal(view.TotalMs / 1000, after.Samples["ms2m_migration_duration_seconds_sum{outcome=\"Completed\"}"], 3);
        Assert.Equal(view.InterruptionMs!.Value / 1000, after.Samples["ms2m_interruption_seconds_sum"], 3);
        foreach (var phase in view.Phases)
        {
            Assert.Equal(phase.Ms / 1000, after.Samples[$"ms2m_phase_duration_seconds_sum{{phase=\"{phase.Name}\"}}"], 3);
        }

        Assert.True(after.Samples["ms2m_messages_sent_total{to=\"node\"}"] >= 4);
        Assert.True(after.Samples["ms2m_messages_sent_total{to=\"instance\"}"] >= 3);
        Assert.True(after.Samples["ms2m_messages_sent_total{to=\"broker\"}"] >= 3);
        Assert.Equal(2, after.Samples["ms2m_nodes_up"]);
        Assert.Equal(0, after.Samples["ms2m_migrations_in_flight"]);
    }

    [Fact]
    public async Task what_is_under_way_shows_on_every_engine_and_is_counted_by_one()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "under-way");
        await using var one = await fixture.StartEngineAsync();
        await using var other = await fixture.StartEngineAsync();
        var (startedByOne, startedByOther) = (await StartedAsync(one), await StartedAsync(other));
        cluster.Instead[nameof(PrepareSource)] = _ => [];
        var id = await WholeMigrations.StartAsync(one, cluster, Guid.CreateVersion7());
        await Eventually.TrueAsync(() => Task.FromResult(cluster.Has(nameof(PrepareSource))), "it is under way");

        Assert.Equal(1, (await ReadAsync(one)).Samples["ms2m_migrations_in_flight"]);
        Assert.Equal(1, (await ReadAsync(other)).Samples["ms2m_migrations_in_flight"]);
        Assert.Equal(1, await StartedAsync(one) - startedByOne + await StartedAsync(other) - startedByOther);

        await cluster.SendAsync(Names.Migrations, new CancelMigration(id));
        await WholeMigrations.EndOfAsync(one, id);
        Assert.Equal(0, (await ReadAsync(one)).Samples["ms2m_migrations_in_flight"]);
    }

    [Fact]
    public async Task what_is_set_aside_is_counted_by_reason()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "aside");
        await using var engine = await fixture.StartEngineAsync();

        await cluster.SendUntypedAsync(Names.Migrations, "{}");

        await Eventually.TrueAsync(
            async () => (await ReadAsync(engine)).Samples["ms2m_messages_set_aside_total{reason=\"type\"}"] == 1, "it is counted");
    }

    [Fact]
    public async Task it_says_what_it_is()
    {
        await using var engine = await fixture.StartEngineAsync();
        using var answer = await _http.GetAsync(new Uri(engine.Url, "metrics"));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var types = PrometheusReader.Of(await answer.Content.ReadAsStringAsync()).Types;
        Assert.All(types.Keys, name => Assert.StartsWith("ms2m_", name, StringComparison.Ordinal));
        Assert.Equal("gauge", types["ms2m_outbox_oldest_age_seconds"]);
    }

    [Fact]
    public void labels_that_hold_what_the_format_uses_are_escaped()
    {
        using var metrics = new EngineMetrics();
        using var totals = new MeterTotals(metrics);
        metrics.Retried("a \"step\" with a \\ and\na line");

        var read = PrometheusReader.Of(PrometheusText.Write(totals.Read()));

        Assert.Equal(1, read.Samples["ms2m_step_retries_total{step=\"a \\\"step\\\" with a \\\\ and\\na line\"}"]);
    }

    [Fact]
    public void a_value_on_a_bound_belongs_to_the_bucket_that_ends_there()
    {
        using var metrics = new EngineMetrics();
        using var totals = new MeterTotals(metrics);
        metrics.Interrupted(100);
        metrics.Interrupted(100_000_000);

        var read = PrometheusReader.Of(PrometheusText.Write(totals.Read()));

        Assert.Equal(0, read.Samples["ms2m_interruption_seconds_bucket{le=\"0.075\"}"]);
        Assert.Equal(1, read.Samples["ms2m_interruption_seconds_bucket{le=\"0.1\"}"]);
        Assert.Equal(1, read.Samples["ms2m_interruption_seconds_bucket{le=\"60\"}"]);
        Assert.Equal(2, read.Samples["ms2m_interruption_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(100_000.1, read.Samples["ms2m_interruption_seconds_sum"]);
    }

    [Fact]
    public void two_engines_in_one_process_count_apart()
    {
        using var metrics = new EngineMetrics();
        using var totals = new MeterTotals(metrics);
        using var other = new EngineMetrics();
        using var others = new MeterTotals(other);
        other.Started();

        Assert.Equal(0, PrometheusReader.Of(PrometheusText.Write(totals.Read())).Samples["ms2m_migrations_started_total"]);
        Assert.Equal(1, PrometheusReader.Of(PrometheusText.Write(others.Read())).Samples["ms2m_migrations_started_total"]);
    }

    private async Task<double> StartedAsync(RunningEngine engine) => (await ReadAsync(engine)).Samples["ms2m_migrations_started_total"];

    private async Task<PrometheusReader> ReadAsync(RunningEngine engine) =>
        PrometheusReader.Of(await _http.GetStringAsync(new Uri(engine.Url, "metrics")));
}

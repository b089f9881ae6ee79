using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>A migration may be over before its target's node has reported the instance, and after the source's node has
/// reported that there is none: the name must not be free in between.</summary>
public sealed class NamesAfterMigrations(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    [Fact]
    public async Task a_workload_that_no_report_shows_yet_cannot_be_started_a_second_time_and_can_be_stopped()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "unseen");
        await using var engine = await fixture.StartEngineAsync();
        var id = await MovedAsync(engine, cluster);

        Assert.Equal("MS2M-0113", await RunAsync(engine, cluster.Workload));
        using var stopped = await _http.DeleteAsync(new Uri(engine.Url, $"workloads/{cluster.Workload}"));

        Assert.Equal(HttpStatusCode.Accepted, stopped.StatusCode);
        await Eventually.TrueAsync(() => Task.FromResult(cluster.Has(nameof(StopWorkload))), "its node is told");
        Assert.Equal(Names.ShadowInstance(cluster.Workload, id), cluster.BodyOf(nameof(StopWorkload)).GetProperty("instanceId").GetString());
        // It has been told to stop; whether it has stopped only a report can say.
        Assert.Equal("MS2M-0113", await RunAsync(engine, cluster.Workload));
    }

    [Fact]
    public async Task a_node_that_never_reports_again_does_not_hold_the_name_for_ever()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "orphaned");
        await using var engine = await fixture.StartEngineAsync();
        await MovedAsync(engine, cluster);
        Assert.Equal("MS2M-0113", await RunAsync(engine, cluster.Workload));
        await using (var late = engine.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "update ms2m_claims set deadline = now() - interval '1 second' where workload = 'orphaned'"))
        {
            await late.ExecuteNonQueryAsync();
        }

        await cluster.ReportOfAsync("node-a");

        await Eventually.TrueAsync(async () => await RunAsync(engine, cluster.Workload) is null, "the name is free");
    }

    [Fact]
    public async Task its_first_report_lets_go_of_the_name_and_holds_it_from_then_on()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "late");
        await using var engine = await fixture.StartEngineAsync();
        var id = await MovedAsync(engine, cluster);

        await cluster.ReportOfAsync("node-b", Names.ShadowInstance(cluster.Workload, id));

        await Eventually.TrueAsync(async () => await RunAsync(engine, cluster.Workload) == "MS2M-0106", "it is shown");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Moved, gone from the source's reports, and not in the target's.</summary>
    private async Task<Guid> MovedAsync(RunningEngine engine, ScriptedCluster cluster)
    {
        cluster.ReportsCopies = false;
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        Assert.Equal(Phase.Completed, (await WholeMigrations.EndOfAsync(engine, id)).Phase);
        await cluster.ReportOfAsync("node-a");
        await Eventually.TrueAsync(
            async () => !(await _http.GetStringAsync(new Uri(engine.Url, "workloads"))).Contains(cluster.Workload, StringComparison.Ordinal),
            "the source is gone");
        return id;
    }

    /// <returns>Why not.</returns>
    private async Task<string?> RunAsync(RunningEngine engine, string name)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(engine.Url, "workloads"), new { name, node = "node-a", image = "image", queue = name });
        return answer.StatusCode == HttpStatusCode.Accepted
            ? null
            : (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
    }
}

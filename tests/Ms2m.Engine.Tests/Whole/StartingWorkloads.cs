using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Npgsql;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Starting a workload: one instance under a name, whoever asks and however fast.</summary>
public sealed class StartingWorkloads(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    [Fact]
    public async Task of_many_starts_at_the_same_moment_on_two_engines_one_is_carried_out()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        await using var other = await fixture.StartEngineAsync();
        await KnowAsync(engine, fleet);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n =>
            RunAsync(n % 2 == 0 ? engine : other, "twin", n % 3 == 0 ? "node-a" : "node-b")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Accepted), answer =>
            Assert.Equal((HttpStatusCode.Conflict, "MS2M-0113"), (answer.Status, answer.Code)));
        await EventuallyAsync("the order is there", () => !fleet.Ordered.IsEmpty);
        Assert.Single(fleet.Ordered);
    }

    [Fact]
    public async Task the_name_is_held_without_a_gap_until_the_instance_is_seen_and_by_it_from_then_on()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        await KnowAsync(engine, fleet);
        var started = await RunAsync(engine, "seen", "node-a");
        using var stop = new CancellationTokenSource();
        var codes = new HashSet<string?>();
        var asking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                codes.Add((await RunAsync(engine, "seen", "node-b")).Code);
            }
        });

        await EventuallyAsync("its name is held", () => codes.Contains("MS2M-0113"));
        await fleet.ReportAsync("node-a", ScriptedFleet.Active(started.Instance!, "seen"));
        await EventuallyAsync("it is there", () => codes.Contains("MS2M-0106"));
        await stop.CancelAsync();
        await asking;

        Assert.Equal(["MS2M-0106", "MS2M-0113"], codes.Order());
        Assert.Equal(0, await ClaimsAsync(engine, "seen"));
    }

    [Fact]
    public async Task a_start_that_is_refused_frees_the_name()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        await KnowAsync(engine, fleet);
        var started = await RunAsync(engine, "unloved", "node-a");

        await fleet.SendAsync("Ms2m.Contracts:NodeCommandRefused", new NodeCommandRefused(
            started.Request, started.Instance!, "node-a", new Failure("MS2M-2105", "No image.", "Pull it.")));

        await EventuallyAsync("the name is free", async () => await ClaimsAsync(engine, "unloved") == 0);
        Assert.Equal(HttpStatusCode.Accepted, (await RunAsync(engine, "unloved", "node-b")).Status);
    }

    [Fact]
    public async Task a_start_that_has_not_shown_yet_can_be_taken_back()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        await KnowAsync(engine, fleet);
        var started = await RunAsync(engine, "regretted", "node-a");

        using var answer = await _http.DeleteAsync(new Uri(engine.Url, "workloads/regretted"));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await EventuallyAsync("the node is told", () => fleet.Ordered.Any(order =>
            order.Type == nameof(StopWorkload) && order.Node == "node-a"
            && order.Body.GetProperty("instanceId").GetString() == started.Instance));
        Assert.Equal(HttpStatusCode.Accepted, (await RunAsync(engine, "regretted", "node-b")).Status);
    }

    [Fact]
    public async Task what_a_node_has_not_started_in_time_holds_the_name_no_longer_once_the_node_reports()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        await KnowAsync(engine, fleet);
        await RunAsync(engine, "late", "node-a");
        await fleet.ReportAsync("node-a");
        await fleet.ReportAsync("node-b", ScriptedFleet.Active("mark-1", "mark"));
        await EventuallyAsync("both reports are there", async () => (await _http.GetStringAsync(new Uri(engine.Url, "workloads"))).Contains("mark-1", StringComparison.Ordinal));
        Assert.Equal(1, await ClaimsAsync(engine, "late"));

        await ExecuteAsync(engine, "update ms2m_claims set deadline = now() - interval '1 second' where workload = 'late'");
        await fleet.ReportAsync("node-b");
        await EventuallyAsync("the other node's report is there", async () => !(await _http.GetStringAsync(new Uri(engine.Url, "workloads"))).Contains("mark-1", StringComparison.Ordinal));
        Assert.Equal(1, await ClaimsAsync(engine, "late"));
        await fleet.ReportAsync("node-a");

        await EventuallyAsync("the name is free", async () => await ClaimsAsync(engine, "late") == 0);
    }

    [Fact]
    public async Task a_node_without_a_worker_is_named_and_the_name_stays_free()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a");
        await using var engine = await fixture.StartEngineAsync();
        await KnowAsync(engine, fleet);
        await fleet.ReportAsync("node-z");
        await EventuallyAsync("node-z is known", async () =>
            (await _http.GetStringAsync(new Uri(engine.Url, "nodes"))).Contains("node-z", StringComparison.Ordinal));

        var answer = await RunAsync(engine, "homeless", "node-z");

        Assert.Equal((HttpStatusCode.Conflict, "MS2M-0114"), (answer.Status, answer.Code));
        Assert.Equal(0, await ClaimsAsync(engine, "homeless"));
    }

    public void Dispose() => _http.Dispose();

    private async Task KnowAsync(RunningEngine engine, ScriptedFleet fleet)
    {
        await fleet.ReportAsync(new Dictionary<string, string>());
        await EventuallyAsync("the nodes are known", async () =>
            (await _http.GetStringAsync(new Uri(engine.Url, "nodes"))).Contains("node-a", StringComparison.Ordinal));
    }

    private async Task<Answer> RunAsync(RunningEngine engine, string name, string node)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(engine.Url, "workloads"), new { name, node, image = "image", queue = name });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return answer.StatusCode == HttpStatusCode.Accepted
            ? new(answer.StatusCode, null, body.GetProperty("instanceId").GetString(), body.GetProperty("requestId").GetGuid())
            : new(answer.StatusCode, body.GetProperty("code").GetString(), null, default);
    }

    private static async Task<long> ClaimsAsync(RunningEngine engine, string workload)
    {
        await using var command = engine.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "select count(*) from ms2m_claims where workload = $1");
        command.Parameters.AddWithValue(workload);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(RunningEngine engine, string sql)
    {
        await using var command = engine.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static Task EventuallyAsync(string what, Func<bool> condition) =>
        EventuallyAsync(what, () => Task.FromResult(condition()));

    private static async Task EventuallyAsync(string what, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"Waited 30 s until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private sealed record Answer(HttpStatusCode Status, string? Code, string? Instance, Guid Request);
}

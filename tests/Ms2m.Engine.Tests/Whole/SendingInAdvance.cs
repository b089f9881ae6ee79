using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Api;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Engines have memory sent to the nodes that workloads name, with scripted nodes on a real broker and a real
/// store.</summary>
public sealed class SendingInAdvance(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private static readonly Standby _standby = new(["node-b"], Standby.MostSeconds);

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task both_nodes_are_told_of_a_round_and_no_migration_is_refused_or_kept_waiting_by_it()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-a", "node-b");
        await using var engine = await fixture.StartEngineAsync();
        await fleet.ReportAsync(new Dictionary<string, string> { ["ahead"] = "node-a" });

        await ReportAsync(fleet, "node-b", []);
        await ReportAsync(fleet, "node-a", [Asking("ahead", "node-b")]);

        var send = await OrderedAsync(fleet, nameof(SendBase), "node-a");
        var expect = await OrderedAsync(fleet, nameof(ExpectBase), "node-b");
        Assert.Equal(Text(expect, "roundId"), Text(send, "roundId"));
        Assert.Equal(Text(expect, "token"), Text(send, "token"));
        Assert.Equal(("ahead", "node-a"), (Text(expect, "workload"), Text(expect, "sourceNode")));
        Assert.Equal($"http://node-b:8490/bases/{Text(send, "roundId")}", Text(send, "transferUrl"));
        await ReportAsync(fleet, "node-b", [], Has("ahead"));
        var store = engine.Services.GetRequiredService<NpgsqlDataSource>();
        Assert.Equal(0L, await CountAsync(store, "select count(*) from mt_events"));
        Assert.Equal(0L, await CountAsync(store, "select count(*) from ms2m_claims"));

        var id = Guid.CreateVersion7();
        await fleet.SendAsync(Names.Migrations, new StartMigration(id, "ahead", "node-b"));
        var reader = engine.Services.GetRequiredService<MigrationReader>();
        await Eventually.TrueAsync(
            async () => await reader.ViewAsync(id, CancellationToken.None) is { Phase: Phase.Completed }, "the migration ends");
        // One is enough for a day.
        Assert.Single(fleet.Ordered, order => order.Type == nameof(SendBase));
    }

    [Fact]
    public async Task what_a_standby_node_has_is_told_and_it_is_told_to_drop_it_when_the_workload_is_gone()
    {
        await using var fleet = await ScriptedFleet.StartAsync(fixture.Options.Broker, "node-c", "node-d");
        await using var engine = await fixture.StartEngineAsync();
        // First the wish: what nobody asks for is dropped.
        await ReportAsync(fleet, "node-c", [Asking("kept", "node-d")]);
        await ReportAsync(fleet, "node-d", [], Has("kept"));

        await Eventually.TrueAsync(async () => await KnownAsync(engine) == "node-d 41943040", "it is told");
        await ReportAsync(fleet, "node-c", []);

        Assert.Equal("kept", Text(await OrderedAsync(fleet, nameof(DropBase), "node-d"), "workload"));
        // It had what was asked for.
        Assert.DoesNotContain(fleet.Ordered, order => order.Type == nameof(SendBase));
    }

    [Fact]
    public async Task a_wish_that_cannot_be_carried_out_is_refused()
    {
        await using var engine = await fixture.StartEngineAsync();

        using var answer = await _http.PostAsJsonAsync(new Uri(engine.Url, "workloads"), new
        {
            name = "hasty",
            node = "node-a",
            image = "image",
            traits = new WorkloadTraits { Standby = _standby with { EverySeconds = 1 } },
        });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("everySeconds", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string?> KnownAsync(RunningEngine engine)
    {
        var workloads = await _http.GetFromJsonAsync<JsonElement>(new Uri(engine.Url, "workloads"));
        return workloads.EnumerateArray().Where(one => Text(one, "name") == "kept" && one.TryGetProperty("standby", out _))
            .Select(one => one.GetProperty("standby")[0]).Where(one => one.TryGetProperty("ageMs", out _))
            .Select(one => $"{Text(one, "node")} {one.GetProperty("bytes")}").FirstOrDefault();
    }

    private static Holding Has(string workload) =>
        new(Guid.NewGuid(), Holding.Base, 40 << 20) { Workload = workload, StandbySince = DateTimeOffset.UtcNow };

    private static InstanceReported Asking(string workload, string node)
    {
        var one = ScriptedFleet.Active($"{workload}-source", workload);
        return one with { Spec = one.Spec with { Traits = new WorkloadTraits { Standby = _standby with { Nodes = [node] } } } };
    }

    private static Task ReportAsync(ScriptedFleet fleet, string node, InstanceReported[] instances, params Holding[] holdings) =>
        fleet.SendAsync(Names.NodeReports, new NodeReported(
            node, $"http://{node}:8490", DateTimeOffset.UtcNow, 600_000, new Dictionary<string, string>(), 2, 8L << 30, 4L << 30, 2L << 30,
            [new NodeFeature(Standby.Feature, true, "")], instances, holdings));

    private static async Task<JsonElement> OrderedAsync(ScriptedFleet fleet, string type, string node)
    {
        await Eventually.TrueAsync(
            () => Task.FromResult(fleet.Ordered.Any(order => order.Type == type && order.Node == node)), $"{node} is told {type}");
        return fleet.Ordered.First(order => order.Type == type && order.Node == node).Body;
    }

    private static string? Text(JsonElement body, string field) => body.GetProperty(field).GetString();

    private static async Task<object?> CountAsync(NpgsqlDataSource store, string sql)
    {
        await using var command = store.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}

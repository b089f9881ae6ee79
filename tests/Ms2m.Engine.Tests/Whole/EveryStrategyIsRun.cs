using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>The host runs whatever plan there is: through a real broker and a real store, with scripted nodes.</summary>
public sealed class EveryStrategyIsRun(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly Func<WorkloadSpec, WorkloadSpec> _server =
        spec => spec with { Queue = null, Address = new WorkloadAddress("10.99.0.80/24") };

    [Theory]
    [InlineData("sequential", TransferMode.Direct, "handoff_verified")]
    [InlineData("sequential", TransferMode.Delta, "pre_copied")]
    [InlineData("live", TransferMode.Direct, "copy_verified")]
    [InlineData("cold", TransferMode.Direct, "state_left_behind")]
    public async Task a_migration_by_it_completes(string strategy, TransferMode mode, string says)
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, $"by-{strategy}-{mode}".ToLowerInvariant());
        cluster.Declares = strategy == "live" ? _server : spec => spec;
        await using var engine = await fixture.StartEngineAsync();
        var id = Guid.CreateVersion7();

        await WholeMigrations.StartAsync(engine, cluster, id, request: new StartMigration(id, cluster.Workload, "node-b", strategy)
        {
            Transfer = new TransferOptions(mode),
        });
        var view = await WholeMigrations.EndOfAsync(engine, id);

        Assert.True(view.Phase == Phase.Completed, $"{view.Phase}: {view.Reason}");
        Assert.Equal((strategy, mode), (view.Strategy, view.Transfer));
        Assert.NotNull(view.InterruptionMs);
        var events = await engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, CancellationToken.None);
        Assert.Contains(events, one => one.Alias == says);
    }

    [Fact]
    public async Task a_plan_is_told_without_beginning_anything()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "planned");
        cluster.Declares = _server;
        await using var engine = await fixture.StartEngineAsync();
        await WholeMigrations.KnowTheNodesAsync(engine, cluster);
        using var http = new HttpClient { BaseAddress = engine.Url };

        using var answer = await http.PostAsJsonAsync("plans", new { workload = "planned", targetNode = "node-b" });
        var plan = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(plan.GetProperty("accepted").GetBoolean(), plan.ToString());
        Assert.Equal("live", plan.GetProperty("strategy").GetString());
        Assert.NotEqual("", plan.GetProperty("strategyReason").GetString());
        Assert.Contains("memory", plan.GetProperty("verdicts").EnumerateArray().Select(one => one.GetProperty("check").GetString()));
        Assert.Equal("activate-instance", plan.GetProperty("stages").EnumerateArray()
            .First(stage => stage.GetProperty("afterCommit").GetBoolean()).GetProperty("steps")[0].GetString());
        Assert.Empty(cluster.Received);
    }

    [Fact]
    public async Task what_cannot_be_moved_is_told_with_the_reason()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "undeclared");
        cluster.Declares = spec => spec with { Queue = null };
        await using var engine = await fixture.StartEngineAsync();
        await WholeMigrations.KnowTheNodesAsync(engine, cluster);
        using var http = new HttpClient { BaseAddress = engine.Url };

        using var answer = await http.PostAsJsonAsync("plans", new { workload = "undeclared", targetNode = "node-b" });
        var plan = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.False(plan.GetProperty("accepted").GetBoolean());
        Assert.Equal("MS2M-0120", plan.GetProperty("reason").GetProperty("code").GetString());
    }
}

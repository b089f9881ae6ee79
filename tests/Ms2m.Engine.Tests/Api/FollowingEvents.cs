using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Engine.Tests.Whole;
using Ms2m.EventLog.Streams;

namespace Ms2m.Engine.Tests.Api;

/// <summary>Server-sent events of real migrations, with scripted nodes.</summary>
public sealed class FollowingEvents(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task a_listener_who_breaks_off_after_every_event_gets_each_once_and_in_order()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "broken-off");
        await using var engine = await fixture.StartEngineAsync();
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WaitForFirstAsync(engine, id);

        var heard = new List<Heard>();
        while (true)
        {
            using var listener = await Listener.OpenAsync(_http, Of(engine, id), heard.Count == 0 ? null : heard[^1].Id);
            if (listener.Response.StatusCode == HttpStatusCode.NoContent)
            {
                break;
            }

            Assert.Equal("text/event-stream", listener.Response.Content.Headers.ContentType?.MediaType);
            if (await listener.NextAsync() is { } one)
            {
                heard.Add(one);
            }
        }

        Assert.Equal(await LogAsync(engine, id), heard.Select(one => (one.Id, one.Type)));
        Assert.Contains(heard, one => one.Type == "migration_completed");
    }

    [Fact]
    public async Task the_stream_ends_when_the_migration_has()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "ending");
        await using var engine = await fixture.StartEngineAsync();
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WaitForFirstAsync(engine, id);

        using var listener = await Listener.OpenAsync(_http, Of(engine, id));
        var heard = new List<Heard>();
        while (await listener.NextAsync() is { } one)
        {
            heard.Add(one);
        }

        Assert.Equal(await LogAsync(engine, id), heard.Select(one => (one.Id, one.Type)));
        var first = JsonDocument.Parse(heard[0].Data).RootElement;
        Assert.Equal((1, heard[0].Type), (first.GetProperty("version").GetInt64(), first.GetProperty("type").GetString()));
        Assert.Equal(id, first.GetProperty("data").GetProperty("migrationId").GetGuid());
    }

    [Fact]
    public async Task the_whole_log_goes_on_with_the_next_migration_and_from_where_it_broke_off()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "whole-log");
        await using var engine = await fixture.StartEngineAsync();
        var before = await HighestAsync(engine);
        var first = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WholeMigrations.EndOfAsync(engine, first);
        var url = new Uri(engine.Url, "events");
        var heard = new List<Heard>();
        using (var listener = await Listener.OpenAsync(_http, url, before))
        {
            heard.Add((await listener.NextAsync())!);
            heard.Add((await listener.NextAsync())!);
        }

        using var again = await Listener.OpenAsync(_http, url, heard[^1].Id);
        var second = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7(), target: "node-a");
        await WholeMigrations.EndOfAsync(engine, second);
        while (heard.Count < (await AllAsync(engine, before)).Count)
        {
            heard.Add((await again.NextAsync())!);
        }

        Assert.Equal(await AllAsync(engine, before), heard.Select(one => one.Id));
        Assert.Equal([first, second], heard
            .Select(one => JsonDocument.Parse(one.Data).RootElement.GetProperty("migrationId").GetGuid()).Distinct());
    }

    [Fact]
    public async Task whoever_asks_for_json_gets_a_list_as_ever()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "listed");
        await using var engine = await fixture.StartEngineAsync();
        var before = await HighestAsync(engine);
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WholeMigrations.EndOfAsync(engine, id);

        var one = JsonDocument.Parse(await _http.GetStringAsync(Of(engine, id))).RootElement;
        Assert.Equal((await LogAsync(engine, id)).Count, one.GetArrayLength());
        var all = JsonDocument.Parse(await _http.GetStringAsync(new Uri(engine.Url, $"events?after={before}&limit=3"))).RootElement;
        Assert.Equal((await AllAsync(engine, before)).Take(3), all.EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64()));
    }

    [Fact]
    public async Task a_migration_or_a_position_that_there_is_not_is_refused()
    {
        await using var engine = await fixture.StartEngineAsync();
        using var unknown = await Listener.OpenAsync(_http, Of(engine, Guid.NewGuid()));
        Assert.Equal(HttpStatusCode.NotFound, unknown.Response.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Url, "events"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "the last one");
        using var refused = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task a_listener_does_not_hold_up_the_end_of_the_engine_and_hears_a_comment_in_the_silence()
    {
        var engine = await fixture.StartEngineAsync();
        using var listener = await Listener.OpenAsync(_http, new Uri(engine.Url, "events"), long.MaxValue);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await listener.CommentAsync(patience.Token);

        await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static Uri Of(RunningEngine engine, Guid id) => new(engine.Url, $"migrations/{id}/events");

    private async Task WaitForFirstAsync(RunningEngine engine, Guid id)
    {
        using var answer = await _http.GetAsync(new Uri(engine.Url, $"migrations/{id}/events?waitMs=20000&after=-1"));
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<List<(long, string)>> LogAsync(RunningEngine engine, Guid id) =>
        [.. (await engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, CancellationToken.None))
            .Select(one => (one.Version, one.Alias))];

    private static async Task<List<long>> AllAsync(RunningEngine engine, long after)
    {
        var all = new List<long>();
        await foreach (var one in engine.Services.GetRequiredService<ReadAll>().AfterAsync(after, CancellationToken.None))
        {
            all.Add(one.SeqId);
        }

        return all;
    }

    private static async Task<long> HighestAsync(RunningEngine engine) => (await AllAsync(engine, 0)).LastOrDefault();
}

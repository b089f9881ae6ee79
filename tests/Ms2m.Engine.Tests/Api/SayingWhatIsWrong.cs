using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.Engine.Tests.Whole;
using Npgsql;

namespace Ms2m.Engine.Tests.Api;

/// <summary>/health/ready names what is missing.</summary>
public sealed class SayingWhatIsWrong(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task an_engine_that_has_everything_says_so()
    {
        await using var engine = await fixture.StartEngineAsync();

        var (status, body) = await ReadyAsync(engine.Url);

        Assert.Equal((HttpStatusCode.OK, "Healthy"), (status, body.GetProperty("status").GetString()));
        Assert.All((string[])["store", "broker", "readSide"], part => Assert.True(body.GetProperty(part).GetProperty("ok").GetBoolean()));
        Assert.True(body.GetProperty("eventsBehind").GetInt64() >= 0);
    }

    [Fact]
    public async Task a_store_that_is_gone_is_named_and_the_process_lives()
    {
        await using var engine = await fixture.StartEngineAsync();
        var name = new NpgsqlConnectionStringBuilder(fixture.Store).Database;
        await OnServerAsync($"alter database \"{name}\" with allow_connections false");
        try
        {
            await OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
            await Eventually.TrueAsync(async () => (await ReadyAsync(engine.Url)).Status == HttpStatusCode.ServiceUnavailable, "not ready");

            var (_, body) = await ReadyAsync(engine.Url);
            Assert.Equal("Unhealthy", body.GetProperty("status").GetString());
            Assert.Contains("store", body.GetProperty("store").GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.True(body.GetProperty("broker").GetProperty("ok").GetBoolean());
            Assert.Equal("Healthy", await _http.GetStringAsync(new Uri(engine.Url, "health/live")));
        }
        finally
        {
            await OnServerAsync($"alter database \"{name}\" with allow_connections true");
        }

        await Eventually.TrueAsync(async () => (await ReadyAsync(engine.Url)).Status == HttpStatusCode.OK, "ready again");
    }

    [Fact]
    public async Task a_broker_that_does_not_answer_is_named()
    {
        // Nobody listens there.
        var nowhere = new UriBuilder(fixture.Options.Broker) { Port = 1 }.Uri;
        var host = EngineHost.Build(fixture.Options with { Broker = nowhere }, logging => logging.ClearProviders());
        await EngineHost.StartAsync(host, CancellationToken.None);
        try
        {
            var (status, body) = await ReadyAsync(new Uri(host.Urls.First()));
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), (status, body.GetProperty("status").GetString()));
            Assert.Contains("migrations", body.GetProperty("broker").GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.True(body.GetProperty("store").GetProperty("ok").GetBoolean());
        }
        finally
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> ReadyAsync(Uri engine)
    {
        using var answer = await _http.GetAsync(new Uri(engine, "health/ready"));
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var store = NpgsqlDataSource.Create(LabSettings.Value("MS2M_STORE"));
        await using var command = store.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

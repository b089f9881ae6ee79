using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Whole;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Engine.Tests.Answering;

/// <summary>Workloads as a real broker sees them.</summary>
public sealed class SilentWorkloads(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    [Fact]
    public async Task a_workload_that_takes_messages_and_never_answers_them_is_shown_and_an_idle_one_is_not()
    {
        var options = fixture.Options with { SilentAfter = TimeSpan.FromSeconds(8) };
        await using var fleet = await ScriptedFleet.StartAsync(options.Broker, "node-a");
        await using var engine = await fixture.StartEngineAsync(options);
        await using var connection = await new ConnectionFactory { Uri = options.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await fleet.ReportAsync(new Dictionary<string, string> { ["hung"] = "node-a", ["idle"] = "node-a" });
        foreach (var workload in new[] { "hung", "idle" })
        {
            var control = Names.ControlQueue($"{workload}-source");
            await channel.QueueDeclareAsync(control, true, false, false);
            await channel.BasicConsumeAsync(control, false, new AsyncEventingBasicConsumer(channel));
            await channel.BasicConsumeAsync(workload, false, new AsyncEventingBasicConsumer(channel));
        }

        for (var i = 0; i < 3; i++)
        {
            await channel.BasicPublishAsync("", "hung", new byte[] { 1 });
        }

        var seen = new Dictionary<string, JsonElement>();
        var watch = Stopwatch.StartNew();
        while (!(seen.TryGetValue("hung", out var hung) && hung.TryGetProperty("answering", out var answering) && !answering.GetBoolean()))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"Waited 60 s in vain; seen: {string.Join(", ", seen.Values)}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            seen = (await _http.GetFromJsonAsync<JsonElement[]>(new Uri(engine.Url, "workloads")))!
                .ToDictionary(one => one.GetProperty("name").GetString()!);
        }

        Assert.Contains("holds 3 messages", seen["hung"].GetProperty("silentBecause").GetString(), StringComparison.Ordinal);
        Assert.True(seen["hung"].GetProperty("silentSince").GetDateTimeOffset() < DateTimeOffset.UtcNow - TimeSpan.FromSeconds(7));
        Assert.True(seen["idle"].GetProperty("answering").GetBoolean());
    }

    public void Dispose() => _http.Dispose();
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ms2m.EndToEnd.Tests.Lab;
using RabbitMQ.Client;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.History;

/// <summary>Every verb of <c>ms2m log</c> on the log of a migration that really ran, as a user calls it.</summary>
[Collection(LabCollection.Name)]
public sealed class LogOfARealMigration(LabFixture lab, RealMigration migration, ITestOutputHelper output) : IClassFixture<RealMigration>
{
    private static readonly string[] _phases =
        ["Pending", "Checkpointing", "Transferring", "Restoring", "Replaying", "Finalizing"];

    private static readonly string[] _spentOn =
        ["store commit", "broker hop", "CRIU freeze", "network", "restore", "replay", "engine"];

    private static readonly string[] _services = ["ms2m-engine", "ms2m-node-worker", "ms2m-workload"];

    // Of the Trace Event Format: complete, instant, metadata, counter, and the three parts of a flow.
    private static readonly string[] _kinds = ["X", "i", "M", "C", "s", "t", "f"];

    [Fact]
    public async Task show_tells_its_phases_and_its_commit_point()
    {
        var said = await Log("show", "{id}");

        Assert.All(_phases, phase => Assert.Contains(phase, said, StringComparison.Ordinal));
        Assert.Contains("no way back from here", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task verify_finds_nothing_wrong_with_it() => Assert.EndsWith("sound", (await Log("verify", "{id}")).Trim(), StringComparison.Ordinal);

    [Fact]
    public async Task verify_of_the_whole_log_finds_nothing_wrong()
    {
        var report = JsonDocument.Parse(await Log("verify", "--all", "--json")).RootElement;

        Assert.True(report.GetProperty("isSound").GetBoolean(), $"{report}");
        Assert.True(report.GetProperty("migrations").GetInt64() > 0);
    }

    [Fact]
    public async Task explain_tells_what_every_moment_was_spent_on()
    {
        var said = await Log("explain", "{id}");

        output.WriteLine(said);
        Assert.All(
            _spentOn,
            word => Assert.Contains(word, said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task at_shows_the_state_before_and_after_the_commit()
    {
        var commit = Regex.Match(await Log("show", "{id}"), @"^ *(\d+) .*promotion committed", RegexOptions.Multiline).Groups[1].Value;
        var before = int.Parse(commit, CultureInfo.InvariantCulture) - 1;

        Assert.Contains("Moving", await Log("at", "{id}", "--event", $"{before}"), StringComparison.Ordinal);
        Assert.Contains("Committed", await Log("at", "{id}", "--event", commit), StringComparison.Ordinal);
        Assert.Contains("Pending", await Log("at", "{id}", "--time", "+1ms"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task diff_names_what_happened_between_two_moments() => Assert.Contains(
        "take-checkpoint", await Log("diff", "{id}", "1", "16"), StringComparison.Ordinal);

    [Fact]
    public async Task stats_count_it()
    {
        var report = JsonDocument.Parse(await Log("stats", "--workload", "orders", "--json")).RootElement;

        Assert.True(report.GetProperty("migrations").GetInt64() > 0);
        Assert.Equal(_phases, report.GetProperty("phases").EnumerateArray().Select(one => one.GetProperty("name").GetString())
            .Where(name => name != "RollingBack"));
    }

    [Fact]
    public async Task what_if_predicts_another_end()
    {
        var policy = Path.GetTempFileName();
        try
        {
            // Enough for any lag that a replay begins with, so that it is decided at its first report.
            await File.WriteAllTextAsync(policy, """{"maxInterruptionMs": 10000}""");

            var prediction = JsonDocument.Parse(await Log("what-if", "{id}", "--policy", policy, "--json")).RootElement;
            output.WriteLine($"{prediction}");
            var (was, would) = (prediction.GetProperty("was"), prediction.GetProperty("would"));
            Assert.True(prediction.GetProperty("faithful").GetBoolean());
            Assert.Equal(("CutsOver", "Measured"), (would.GetProperty("outcome").GetString(), would.GetProperty("certainty").GetString()));
            Assert.True(would.GetProperty("decidedMs").GetDouble() < was.GetProperty("decidedMs").GetDouble());
            Assert.True(would.GetProperty("decision").GetProperty("lagEntries").GetInt64() > was.GetProperty("decision").GetProperty("lagEntries").GetInt64());
            Assert.Contains("would have cut over after", await Log("what-if", "{id}", "--policy", policy), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(policy);
        }
    }

    [Fact]
    public async Task its_trace_is_one_that_perfetto_opens()
    {
        var trace = JsonDocument.Parse(await Log("export", "{id}", "--format", "trace")).RootElement.GetProperty("traceEvents").EnumerateArray().ToList();

        Assert.All(trace, one =>
        {
            var kind = one.GetProperty("ph").GetString();
            Assert.Contains(kind, _kinds);
            Assert.True(one.TryGetProperty("pid", out _) && one.TryGetProperty("name", out _), $"{one}");
            Assert.True(kind == "M" || one.GetProperty("ts").GetDouble() >= 0, $"{one}");
            Assert.True(kind != "X" || one.GetProperty("dur").GetDouble() >= 0, $"{one}");
        });
        var lanes = string.Join(' ', trace.Where(one => one.GetProperty("name").GetString() is "process_name" or "thread_name")
            .Select(one => one.GetProperty("args").GetProperty("name").GetString()));
        Assert.All(
            new[] { LabFixture.Source, LabFixture.Target, "engine", "orders" }, lane => Assert.Contains(lane, lanes, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("jsonl", 0)]
    [InlineData("csv", 1)]
    public async Task every_event_is_a_line(string format, int headings)
    {
        var lines = (await Log("export", "{id}", "--format", format)).Trim().Split('\n');

        Assert.Equal(await Events() + headings, lines.Length);
    }

    [Fact]
    public async Task its_spans_are_of_its_own_trace_and_of_everybody_who_took_part()
    {
        var id = await migration.Id(lab, output.WriteLine);
        var resources = (await Log("export", "{id}", "--format", "otlp")).Trim().Split('\n')
            .SelectMany(line => JsonDocument.Parse(line).RootElement.GetProperty("resourceSpans").EnumerateArray()).ToList();

        var spans = resources.SelectMany(one => one.GetProperty("scopeSpans").EnumerateArray())
            .SelectMany(scope => scope.GetProperty("spans").EnumerateArray()).ToList();
        Assert.NotEmpty(spans);
        Assert.All(spans, span => Assert.Equal(id.ToString("N"), span.GetProperty("traceId").GetString()));
        Assert.Single(spans, span => span.GetProperty("parentSpanId").GetString()!.Length == 0);
        var services = resources.SelectMany(one => one.GetProperty("resource").GetProperty("attributes").EnumerateArray())
            .Where(attribute => attribute.GetProperty("key").GetString() == "service.name")
            .Select(attribute => attribute.GetProperty("value").GetProperty("stringValue").GetString()).Distinct().Order();
        Assert.Equal(_services, services);
    }

    [Fact]
    public async Task follow_begins_where_it_is_told_to_and_goes_on_to_the_end_of_the_migration()
    {
        var whole = Sequences(await Log("follow", "{id}", "--json"));
        Assert.Equal(await Events(), whole.Count);
        var from = whole[whole.Count / 2];

        Assert.Equal(whole.Where(sequence => sequence >= from), Sequences(await Log("follow", "{id}", "--json", "--from", $"{from}")));
    }

    [Fact]
    public async Task replay_publishes_it_again_to_an_exchange_of_its_own()
    {
        await migration.Id(lab, output.WriteLine);
        await using var connection = await new ConnectionFactory { Uri = new Uri(Environment.GetEnvironmentVariable("MS2M_BROKER_URI")!) }
            .CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.ExchangeDeclareAsync("ms2m.history", ExchangeType.Topic, durable: true);
        await channel.QueueBindAsync(queue, "ms2m.history", "#");

        await Log("replay", "{id}", "--speed", "max");

        Assert.Equal((uint)await Events(), await channel.MessageCountAsync(queue));
    }

    [Fact]
    public async Task an_id_that_nobody_has_is_answered_with_a_sentence()
    {
        var said = await Programs.Log(default, "show", "00000000");

        Assert.Equal(1, said.ExitCode);
        Assert.Contains("No migration's id begins with '00000000'", said.Errors, StringComparison.Ordinal);
    }

    private static List<long> Sequences(string lines) =>
        [.. lines.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetInt64())];

    private async Task<int> Events() =>
        (await lab.Cluster.Engine.Events(await migration.Id(lab, output.WriteLine), 0, 0, default)).GetArrayLength();

    private async Task<string> Log(params string[] words)
    {
        var id = $"{await migration.Id(lab, output.WriteLine)}";
        return (await Programs.Log(default, [.. words.Select(word => word == "{id}" ? id : word)])).Succeeded().Output;
    }
}

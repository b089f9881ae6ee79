using Ms2m.History.Tests.Lab;
using System.CommandLine;
using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.History.Tests.Exporting;
using Ms2m.History.Tests.Runs;
using Ms2m.LogTool;
using Ms2m.LogTool.Verbs;

namespace Ms2m.History.Tests.Verbs;

/// <summary>The verbs about one migration, as a person and as a program call them, on a new log and on old ones.</summary>
public sealed class EveryVerb : IAsyncLifetime
{
    private OwnLog _own = null!;

    public async Task InitializeAsync() => _own = await OwnLog.CreateAsync();

    public async Task DisposeAsync() => await _own.DisposeAsync();

    [Fact]
    public async Task understands_migrations_of_every_fate_whichever_version_wrote_them()
    {
        IReadOnlyList<RecordedEvent>[] runs = [.. OldLog.Names.Select(OldLog.Recorded), SimulatedRun.Of(2), SimulatedRun.Of(4, 0.1)];
        foreach (var run in runs)
        {
            await _own.AddAsync(run);
            var id = $"{run[0].StreamId}";
            foreach (var words in new string[][]
            {
                ["show", id], ["show", id, "--all"], ["explain", id], ["explain", id, "--split-hops"], ["at", id, "--time", "+100ms"],
                ["at", id, "--event", "1"], ["diff", id, "0", "+1min"], ["compare", id, id],
            })
            {
                var (code, text) = await RunAsync(words);
                Assert.True(code == ExitCodes.Success, $"{string.Join(' ', words)}: {code}");
                Assert.False(string.IsNullOrWhiteSpace(text), string.Join(' ', words));
                Assert.NotEqual(JsonValueKind.Undefined, JsonElement.Parse((await RunAsync([.. words, "--json"])).Out).ValueKind);
            }
        }
    }

    [Fact]
    public async Task writes_every_form_to_a_file()
    {
        await _own.AddAsync(SimulatedRun.Of(2));
        await _own.AddAsync(SimulatedRun.Of(3, headers: false));
        var file = Path.GetTempFileName();
        foreach (var form in new[] { "jsonl", "csv", "trace", "otlp" })
        {
            Assert.Equal(ExitCodes.Success, (await RunAsync("export", "--all", "--format", form, "--out", file)).Code);
            var text = await File.ReadAllTextAsync(file);
            switch (form)
            {
                case "trace":
                    TraceEventFormat.Check(text);
                    break;
                case "csv":
                    Assert.StartsWith(History.Exporting.Csv.Header, text, StringComparison.Ordinal);
                    break;
                default:
                    Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonElement.Parse(line));
                    break;
            }
        }

        File.Delete(file);
    }

    [Fact]
    public async Task follows_a_migration_to_its_end_and_says_each_event_once()
    {
        var run = SimulatedRun.Of(2);
        await _own.AddAsync(run);
        var (code, text) = await RunAsync("follow", $"{run[0].StreamId}", "--json");
        Assert.Equal(ExitCodes.Success, code);
        var numbers = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("number").GetInt64());
        Assert.Equal(run.Select(one => one.Version), numbers);
    }

    [Fact]
    public async Task follows_from_any_event_on_to_the_end_and_prints_only_what_comes_after_it()
    {
        var run = SimulatedRun.Of(2);
        await _own.AddAsync(run);
        foreach (var first in new[] { 6, run.Count, run.Count + 1 })
        {
            var (code, text) = await RunAsync("follow", $"{run[0].StreamId}", "--from", $"{first}", "--json").WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(ExitCodes.Success, code);
            var numbers = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("sequence").GetInt64());
            Assert.Equal(run.Select((_, index) => index + 1L).Where(number => number >= first), numbers);
        }
    }

    [Fact]
    public async Task what_if_says_what_it_cannot_judge()
    {
        var run = SimulatedRun.Of(2);
        await _own.AddAsync(run);
        var policy = Path.GetTempFileName();
        foreach (var (json, silent) in new[] { ("{\"maxInterruptionMs\": 50, \"onSourceSilent\": \"FailOver\"}", true), ("{\"maxInterruptionMs\": 50}", false) })
        {
            await File.WriteAllTextAsync(policy, json);
            var prediction = JsonElement.Parse((await RunAsync("what-if", $"{run[0].StreamId}", "--policy", policy, "--json")).Out);
            Assert.Equal(silent, prediction.GetProperty("notJudged").EnumerateArray().Any(one => one.GetString() == "onSourceSilent"));
            Assert.Equal(silent, prediction.GetProperty("sentence").GetString()!.Contains("Not judged: onSourceSilent", StringComparison.Ordinal));
            var text = (await RunAsync("what-if", $"{run[0].StreamId}", "--policy", policy)).Out;
            Assert.Equal(silent, text.Contains("Not judged: onSourceSilent", StringComparison.Ordinal));
        }

        File.Delete(policy);
    }

    [Fact]
    public async Task names_the_event_that_only_a_newer_version_knows()
    {
        var run = SimulatedRun.Of(2);
        await _own.AddAsync(run);
        await _own.RenameAsync(3, "checkpoint_taken_v9");
        var (code, text) = await RunAsync("show", $"{run[0].StreamId}", "--json");
        var said = JsonElement.Parse(text);
        Assert.Equal((ExitCodes.Failed, "MS2M-LOG-NEWER"), (code, said.GetProperty("code").GetString()));
        Assert.Contains("'checkpoint_taken_v9'", said.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCodes.Failed, "show", "00000000-0000-0000-0000-000000000001")]
    [InlineData(ExitCodes.Failed, "explain", "last")]
    [InlineData(ExitCodes.Failed, "export", "00000000-0000-0000-0000-000000000001")]
    [InlineData(ExitCodes.Usage, "at", "last", "--time", "noon")]
    [InlineData(ExitCodes.Usage, "at", "last")]
    [InlineData(ExitCodes.Usage, "show", "not-an-id")]
    [InlineData(ExitCodes.Usage, "what-if", "last", "--policy", "/no/such/file")]
    [InlineData(ExitCodes.Usage, "replay", "last", "--exchange", "ms2m.migrations")]
    [InlineData(ExitCodes.Usage, "replay", "last", "--broker", "amqp://u:p@127.0.0.1:1", "--speed", "quick")]
    [InlineData(ExitCodes.Usage, "replay", "last", "--broker", "amqp://u:p@127.0.0.1:1", "--speed", "0.0000001")]
    [InlineData(ExitCodes.Usage, "replay", "last", "--broker", "not-a-uri")]
    public async Task says_no_with_a_code_that_a_script_can_tell(int expected, params string[] words)
    {
        var (code, text) = await RunAsync([.. words, "--json"]);
        Assert.Equal(expected, code);
        Assert.StartsWith("MS2M-LOG-", JsonElement.Parse(text).GetProperty("code").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task never_repeats_the_brokers_password()
    {
        await _own.AddAsync(SimulatedRun.Of(2));
        var (code, text) = await RunAsync("replay", "last", "--broker", "amqp://somebody:se3cret@127.0.0.1:1/x", "--json");
        Assert.Equal(ExitCodes.Unreachable, code);
        Assert.DoesNotContain("se3cret", text, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Out)> RunAsync(params string[] words)
    {
        var root = new RootCommand
        {
            ShowVerb.Create(), ExplainVerb.Create(), AtVerb.Create(), DiffVerb.Create(), CompareVerb.Create(), FollowVerb.Create(),
            WhatIfVerb.Create(), ExportVerb.Create(), ReplayVerb.Create(),
        };
        var before = (Console.Out, Console.Error);
        using var text = new StringWriter();
        Console.SetOut(text);
        Console.SetError(TextWriter.Null);
        try
        {
            return (await root.Parse([.. words, "--store", _own.ConnectionString]).InvokeAsync(), text.ToString());
        }
        finally
        {
            Console.SetOut(before.Out);
            Console.SetError(before.Error);
        }
    }
}

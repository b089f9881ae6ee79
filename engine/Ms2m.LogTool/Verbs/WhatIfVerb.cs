using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.History.Explaining;
using Ms2m.History.WhatIf;
using Ms2m.LogTool.Display;

namespace Ms2m.LogTool.Verbs;

/// <summary>Predicts what a past migration would have been under another cutover policy.</summary>
internal static class WhatIfVerb
{
    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var file = new Option<string>("--policy")
        {
            Description = "JSON with any of maxInterruptionMs, maxReplayMs, onOverload (CutOver, RollBack), onSourceSilent (RollBack, FailOver); '-' for standard input",
            HelpName = "FILE",
            Required = true,
        };
        return new Command("what-if", "Predict interruption and total of one migration under another cutover policy, from what it measured")
        {
            id, file,
        }.Does(async call =>
        {
            var json = await ReadAsync(call.Parsed.GetRequiredValue(file), call.Cancel);
            var history = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(id));
            var policy = Policy(json, history.Request?.Policy ?? new CutoverPolicy());
            if (Prediction.Of(history, policy, PolicyFile.NotJudged(json)) is not { } prediction)
            {
                throw new LogRefusedException(AnalysisFailures.NothingJudged(history.Id), ExitCodes.Failed);
            }

            if (call.Output.Json)
            {
                call.Output.Document(prediction);
            }
            else
            {
                Print(prediction);
            }

            return ExitCodes.Success;
        });
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return file == "-" ? await Console.In.ReadToEndAsync(cancel) : await File.ReadAllTextAsync(file, cancel);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new LogRefusedException(AnalysisFailures.BadPolicy(unreadable.Message), ExitCodes.Usage);
        }
    }

    private static CutoverPolicy Policy(string json, CutoverPolicy had)
    {
        try
        {
            return PolicyFile.Read(json, had);
        }
        catch (JsonException wrong)
        {
            throw new LogRefusedException(AnalysisFailures.BadPolicy(wrong.Message), ExitCodes.Usage);
        }
    }

    private static void Print(Prediction prediction)
    {
        Console.Out.WriteLine(prediction.Sentence);
        Console.Out.WriteLine();
        var (was, would) = (prediction.Was, prediction.Would);
        var table = new Columns("lrrr");
        table.Add("", "was", "would be", "difference");
        table.Add("decided after", Text(was.DecidedMs), Text(would.DecidedMs), Difference(was.DecidedMs, would.DecidedMs));
        table.Add("lag then", $"{was.Decision?.LagEntries}", $"{would.Decision?.LagEntries}", "");
        table.Add("interruption", Text(was.InterruptionMs), Text(would.InterruptionMs), Difference(was.InterruptionMs, would.InterruptionMs));
        table.Add("total", Text(was.TotalMs), Text(would.TotalMs), Difference(was.TotalMs, would.TotalMs));
        table.Print();
    }

    private static string Text(double? ms) => ms is { } known ? Durations.Text(known) : "–";

    private static string Difference(double? was, double? would) => would - was is { } ms
        ? string.Create(CultureInfo.InvariantCulture, $"{(ms < 0 ? "−" : "+")}{Durations.Text(Math.Abs(ms))}")
        : "";
}

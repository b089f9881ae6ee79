using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Spectre.Console;

namespace Ms2m.Cli.Display;

/// <summary>Pre-checks and plans for people.</summary>
internal static class ForecastText
{
    public static void Verdicts(IAnsiConsole to, ForecastView forecast)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("check", "verdict", "what was seen", "what to do");
        foreach (var verdict in forecast.Verdicts ?? [])
        {
            var (word, colour) = verdict.Level switch
            {
                VerdictLevel.Ok => ("ok", Color.Green),
                VerdictLevel.Warning => ("warning", Color.Yellow),
                _ => ("refused", Color.Red),
            };
            table.AddRow(
                new Text(verdict.Check), new Text(word, new Style(colour)), new Text(verdict.Message),
                new Text(verdict.Remedy is { } remedy ? $"{remedy} {verdict.Code}".TrimEnd() : ""));
        }

        if (table.Rows.Count > 0)
        {
            to.Write(table);
        }
    }

    public static void Plan(IAnsiConsole to, ForecastView forecast)
    {
        var why = forecast.StrategyReason is { } reason ? $", because {reason}" : "";
        to.MarkupLineInterpolated($"[bold]{forecast.Workload}[/]  {forecast.SourceNode ?? "?"} → {forecast.TargetNode}  {forecast.Strategy ?? "?"}{why}");
        var committed = false;
        foreach (var stage in forecast.Stages ?? [])
        {
            if (stage.AfterCommit && !committed)
            {
                to.MarkupLine("  [grey]── commit point: what is above is undone when anything fails ──[/]");
            }

            committed = stage.AfterCommit;
            to.MarkupLineInterpolated($"  {string.Join(" + ", stage.Steps)}{(stage.StopsSource ? "  (the source stops)" : "")}");
        }

        if (forecast.Predicted is not { } times)
        {
            to.MarkupLine("  no past migration of it by this strategy and transfer to predict from");
            return;
        }

        var facts = new List<string> { $"total {Human.Duration(times.TotalMs)}" };
        if (times.InterruptionMs is { } interruption)
        {
            facts.Add($"interruption {Human.Duration(interruption)}");
        }

        if (times.CheckpointBytes is { } bytes)
        {
            facts.Add($"checkpoint {Human.Bytes((long)bytes)}");
        }

        if (times.WireBytes is { } wire)
        {
            facts.Add($"{Human.Bytes((long)wire)} on the wire");
        }

        to.MarkupLineInterpolated($"  predicted: {string.Join(" · ", facts)}  [grey](medians of {times.From} past migrations)[/]");
    }
}

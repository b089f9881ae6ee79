using System.Globalization;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Eval.Bench;

/// <summary>A benchmark's result for people.</summary>
internal static class BenchText
{
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        console.WriteLine();
        console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]{report.Completed} of {report.Runs} migrations completed[/] at {report.Rate:0.#} messages/s, "
            + $"{report.Publishers} publisher(s), {report.StateMb} MB of state, {report.WorkMs} ms of work per message"));
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var column in new[] { "median", "p95", "min", "max" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        Group(table, "phases", report.Phases);
        Row(table, "[bold]total[/]", report.TotalMs);
        Row(table, "request to end", report.RequestToEndMs);
        Row(table, "[bold]interruption[/]", report.InterruptionMs);
        Row(table, "receipts silent", report.ReceiptGapMs);
        Row(table, "frozen", report.FrozenMs);
        Group(table, "who worked", report.Work);
        Group(table, "steps", report.Steps);
        console.Write(table);
        console.MarkupLine($"checkpoint {Bytes(report.CheckpointBytes)}, replayed {Count(report.ReplayedMessages)} messages (medians)");
        console.MarkupLine($"resident: engine {Bytes(report.Memory.EngineBytes)}, "
            + string.Join(", ", report.Memory.WorkerBytes.Select(one => $"worker of {one.Key} {Bytes(one.Value)}")));
        console.MarkupLine(
            $"published {report.Published}, applied {report.Applied}, lost {report.Lost}, duplicated {report.Duplicated}, "
            + $"reordered {report.Reordered}, effects missing {report.EffectsMissing}, repeated {report.EffectsRepeated}");
        foreach (var problem in report.Problems.Concat(report.Leftovers.Select(left => $"left behind: {left}")))
        {
            console.MarkupLine($"[red]{problem.EscapeMarkup()}[/]");
        }

        console.MarkupLine(report.Succeeded ? "[bold green]Exact over the whole chain.[/]" : "[bold red]Not proven.[/]");
    }

    private static void Group(Table table, string name, IReadOnlyList<NamedStatistics> rows)
    {
        table.AddRow(new Markup($"[grey]{name}[/]"));
        foreach (var row in rows)
        {
            Row(table, $"  {row.Name.EscapeMarkup()}", row.Ms);
        }

        table.AddEmptyRow();
    }

    private static void Row(Table table, string name, Statistics? ms)
    {
        if (ms is not null)
        {
            table.AddRow(
                name, Human.Duration(ms.Median), Human.Duration(ms.P95), Human.Duration(ms.Min), Human.Duration(ms.Max));
        }
    }

    private static string Bytes(Statistics? bytes) => bytes is null ? "?" : Human.Bytes((long)bytes.Median);

    private static string Bytes(long? bytes) => bytes is { } known ? Human.Bytes(known) : "?";

    private static string Count(Statistics? count) =>
        count is null ? "?" : count.Median.ToString("0", CultureInfo.InvariantCulture);
}

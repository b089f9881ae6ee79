using System.Globalization;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Eval.Bench;

/// <summary>The table of waiting times for people.</summary>
internal static class FairnessText
{
    public static void Write(IAnsiConsole console, FairnessReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("workload", "from", "to");
        foreach (var column in new[] { "priority", "waited", "total", "interruption", "published", "applied" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        table.AddColumn("outcome");
        foreach (var one in report.Table)
        {
            table.AddRow(
                one.Workload ?? "?", one.From ?? "?", one.To ?? "?", Number(one.Priority), Human.Duration(one.WaitedMs),
                Human.Duration(one.TotalMs), one.InterruptionMs is { } ms ? Human.Duration(ms) : "-",
                Number(one.Published), Number(one.Applied),
                one.Exact ? one.Outcome : $"{one.Outcome}, [red]not exact[/]");
        }

        console.WriteLine();
        console.Write(table);
        console.MarkupLine($"{report.Completed} of {report.Migrations} completed in {Human.Duration(report.AllMs)}; "
            + $"at once at most {report.MostAtOnce}, from one node {report.MostOutgoing}, to one node {report.MostIncoming}");
        if (report is { WaitedMs: { } waited, RanMs: { } ran })
        {
            console.MarkupLine(
                $"waited {Human.Duration(waited.Median)} (p95 {Human.Duration(waited.P95)}, max {Human.Duration(waited.Max)}), "
                + $"ran {Human.Duration(ran.Median)} (max {Human.Duration(ran.Max)}), medians");
        }

        console.MarkupLine(report.Succeeded
            ? "[bold green]All have moved, and every workload holds every message once and in order.[/]"
            : "[bold red]Not proven.[/]");
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

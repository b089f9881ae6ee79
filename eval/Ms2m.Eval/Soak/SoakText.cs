using System.Globalization;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Eval.Soak;

/// <summary>A soak's result for people.</summary>
internal static class SoakText
{
    public static void Write(IAnsiConsole console, SoakReport report)
    {
        console.WriteLine();
        console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]{report.Completed} of {report.Migrations} migrations completed[/] in {report.Minutes:0.0} min at {report.Rate:0.#} messages/s"));
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var column in new[] { "early", "late", "most", "per migration", "flat" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var trend in report.Trends)
        {
            table.AddRow(
                trend.Name.EscapeMarkup(), Amount(trend, trend.Early), Amount(trend, trend.Late), Amount(trend, trend.Max),
                Amount(trend, trend.PerMigration), trend.Flat switch { true => "yes", false => "[red]no[/]", null => "by design" });
        }

        console.Write(table);
        if (report is { TotalMs: { } total, InterruptionMs: { } interruption })
        {
            console.MarkupLine(
                $"total {Human.Duration(total.Median)} (p95 {Human.Duration(total.P95)}), interruption "
                + $"{Human.Duration(interruption.Median)} (p95 {Human.Duration(interruption.P95)})");
        }

        console.MarkupLine(
            $"published {report.Published}, applied {report.Applied}, lost {report.Lost}, duplicated {report.Duplicated}, "
            + $"reordered {report.Reordered}, effects missing {report.EffectsMissing}, repeated {report.EffectsRepeated}");
        foreach (var problem in report.Problems.Concat(report.Leftovers.Select(left => $"left behind: {left}")))
        {
            console.MarkupLine($"[red]{problem.EscapeMarkup()}[/]");
        }

        console.MarkupLine(report.Succeeded ? "[bold green]Exact over the whole chain, and nothing grows.[/]" : "[bold red]Not proven.[/]");
    }

    private static string Amount(Trend trend, double value) => trend.Name.EndsWith("bytes", StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):0.00} MiB")
        : value.ToString("0.##", CultureInfo.InvariantCulture);
}

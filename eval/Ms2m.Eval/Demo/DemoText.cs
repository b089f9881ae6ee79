using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Eval.Demo;

/// <summary>A demo's result for people: the timeline and the proof.</summary>
internal static class DemoText
{
    public static void Write(IAnsiConsole console, DemoReport report, MigrationView migration)
    {
        console.WriteLine();
        console.Write(Timeline.Of(migration));
        console.WriteLine();
        console.Write(report.ConnectionsBroken is { } broken ? ProofOfTheClient(report, broken) : Proof(report));
        foreach (var problem in report.Problems.Concat(report.Leftovers.Select(left => $"left behind: {left}")))
        {
            console.MarkupLine($"[red]{problem.EscapeMarkup()}[/]");
        }

        console.MarkupLine(report.Succeeded
            ? "[bold green]Moved. Nothing lost, nothing repeated, nothing out of order, nothing left behind.[/]"
            : "[bold red]Not proven.[/]");
    }

    private static Table Proof(DemoReport report)
    {
        var table = new Table().Border(TableBorder.Simple)
            .Title("Proof, from the publishers' ledger, the surviving state and the receipts", new Style(decoration: Decoration.Bold))
            .AddColumn("what").AddColumn(new TableColumn("count").RightAligned()).AddColumn("how it is known");
        Row(table, "published", report.Published, "confirmed by the broker, in the publishers' ledger", plain: true);
        Row(table, "applied", report.Applied, "in the surviving workload's state", plain: true);
        Row(table, "lost", report.Lost, "confirmed, and not in the state");
        Row(table, "duplicated", report.Duplicated, "more than once in the state");
        Row(table, "reordered", report.Reordered, "applied after a later one of the same publisher");
        Row(table, "effects missing", report.EffectsMissing, "applied, and no receipt came");
        Row(table, "effects repeated", report.EffectsRepeated, "more than one receipt came");
        table.AddRow("state digest", report.StateDigestMatches ? "[green]equal[/]" : "[red]differs[/]",
            "order-sensitive, recomputed from ledger and receipts");
        table.AddRow("longest silence", Human.Duration(report.MaxReceiptGapMs), "between two receipts, whole run");
        return table;
    }

    private static Table ProofOfTheClient(DemoReport report, int broken)
    {
        var table = new Table().Border(TableBorder.Simple)
            .Title("Proof, from a client that counts every answer over one connection", new Style(decoration: Decoration.Bold))
            .AddColumn("what").AddColumn(new TableColumn("count").RightAligned()).AddColumn("how it is known");
        Row(table, "answers", report.Published, "one for each request, in order", plain: true);
        Row(table, "connections broken", broken, "reset, closed or silent");
        Row(table, "lost", report.Lost, "confirmed, and not there afterwards");
        Row(table, "duplicated", report.Duplicated, "asked for once, and done more than once");
        table.AddRow("longest silence", Human.Duration(report.MaxReceiptGapMs), "from one answer to the next, while it moved");
        return table;
    }

    private static void Row(Table table, string what, long count, string how, bool plain = false)
    {
        var number = count.ToString(CultureInfo.InvariantCulture);
        table.AddRow(what, plain ? number : count == 0 ? $"[green]{number}[/]" : $"[red]{number}[/]", how);
    }
}

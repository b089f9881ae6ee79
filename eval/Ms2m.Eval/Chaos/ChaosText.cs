using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Eval.Chaos;

/// <summary>The matrix for people.</summary>
internal static class ChaosText
{
    public static void Write(IAnsiConsole console, IReadOnlyList<Cell> chosen, IReadOnlyList<CellResult> results)
    {
        var moments = chosen.Select(cell => cell.Moment).Distinct().ToList();
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var moment in moments)
        {
            table.AddColumn($"{moment}");
        }

        foreach (var row in chosen.GroupBy(cell => cell.Fault))
        {
            table.AddRow([FaultMatrix.NameOf(row.Key), .. row.Select(cell => Of(cell, results))]);
        }

        console.WriteLine();
        console.Write(table);
        var failed = results.Where(one => !one.Passed).ToList();
        console.MarkupLine(failed.Count == 0
            ? $"[bold green]{results.Count} of {results.Count}: nothing lost, nothing repeated, nothing out of order, nothing stuck, nothing left behind.[/]"
            : $"[bold red]{failed.Count} of {results.Count} are not as they must be.[/]");
    }

    private static string Of(Cell cell, IReadOnlyList<CellResult> results)
    {
        var mine = results.Where(one => one.Fault == cell.Fault && one.Moment == cell.Moment).ToList();
        if (mine.Count == 0)
        {
            return "[grey]–[/]";
        }

        var settled = mine.Max(one => one.SettledMs) is { } ms ? Human.Duration(ms) : "stuck";
        var colour = mine.All(one => one.Passed) ? "green" : "red";
        return $"[{colour}]{mine[^1].Outcome ?? "stuck"}[/] {settled}";
    }
}

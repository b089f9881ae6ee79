using System.Globalization;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>The rows for people.</summary>
internal static class WaysText
{
    public static readonly string[] Columns =
        ["strategy", "transfer", "workload", "link", "total", "interruption", "longest", "checkpoint", "on the wire", "first time", "broken", "lost", "duplicated"];

    public static void Write(IAnsiConsole to, IReadOnlyList<WayResult> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(Columns);
        foreach (var row in rows)
        {
            table.AddRow([.. Cells(row).Select(cell => new Text(cell))]);
        }

        to.WriteLine();
        to.Write(table);
        foreach (var row in rows.Where(row => row.Problems.Count > 0))
        {
            to.MarkupLine($"[yellow]{row.Name.EscapeMarkup()}[/]: {string.Join(" ", row.Problems.Take(3)).EscapeMarkup()}");
        }
    }

    public static string Sentence(WayResult row) => row.Completed == 0
        ? string.Join(" ", row.Problems.Take(2))
        : string.Create(
            CultureInfo.InvariantCulture,
            $"total {Ms(row.TotalMs)}, interruption {Ms(row.GapMs)}, {Bytes(row.WireBytes)} on the wire, broken {row.ConnectionsBroken}, lost {row.Lost}, duplicated {row.Duplicated}{(row.Completed < row.Runs ? $", {row.Completed} of {row.Runs} completed" : "")}");

    public static string[] Cells(WayResult row) =>
    [
        row.Strategy, row.Transfer, row.Workload, row.Link, Ms(row.TotalMs), Ms(row.GapMs), Ms(row.LongestGapMs), Bytes(row.CheckpointBytes),
        Bytes(row.WireBytes), Bytes(row.FirstWireBytes), Number(row.ConnectionsBroken), Number(row.Lost), Number(row.Duplicated),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Ms(double? ms) => ms is { } known ? Human.Duration(known) : "–";

    private static string Bytes(double? bytes) => bytes is { } known ? Human.Bytes((long)known) : "–";
}

using System.Globalization;
using System.Text;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>The record as a part of a document.</summary>
internal static class WaysMarkdown
{
    public static void WriteInto(string file, WaysRecord record) =>
        MarkedPart.Write(file, "./ms2m bench strategies --markdown", Of(record));

    private static string Of(WaysRecord record)
    {
        var rows = AllWays.All.Select(way => (way, row: record.Of(way.Name))).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n| {string.Join(" | ", WaysText.Columns)} |\n| {string.Join(" | ", WaysText.Columns.Select((_, at) => at < 4 ? "---" : "---:"))} |\n");
        foreach (var (_, row) in rows.Where(one => one.row is { Completed: > 0 }))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", WaysText.Cells(row!))} |\n");
        }

        foreach (var (_, row) in rows.Where(one => one.row is { Problems.Count: > 0 }))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{row!.Name}: {string.Join(" ", row.Problems.Take(2)).Replace('|', '/').ReplaceLineEndings(" ")}\n");
        }

        if (rows.Where(one => one.row is null).Select(one => one.way.Name).ToList() is { Count: > 0 } missing)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nNot measured: {string.Join("; ", missing)}.\n");
        }

        return text.Append('\n').ToString();
    }
}

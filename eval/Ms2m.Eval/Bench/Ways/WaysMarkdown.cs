using System.Globalization;
using System.Text;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>The record as a part of a document: between two marks everything is the command's.</summary>
internal static class WaysMarkdown
{
    private const string Begin = "<!-- written by './ms2m bench strategies --markdown': begin -->";

    private const string End = "<!-- written by './ms2m bench strategies --markdown': end -->";

    public static void WriteInto(string file, WaysRecord record)
    {
        var text = File.ReadAllText(file);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new CannotMeasureException(
                "MS2M-EVAL-MARKS", $"{file} has no place for the table.", $"Put two lines into it: {Begin} and {End}");
        }

        File.WriteAllText(file, $"{text[..(from + Begin.Length)]}\n{Of(record)}{text[to..]}");
    }

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

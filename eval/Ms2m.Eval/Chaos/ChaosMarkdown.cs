using System.Globalization;
using System.Text;
using Ms2m.Cli.Display;

namespace Ms2m.Eval.Chaos;

/// <summary>The record as a part of a document.</summary>
internal static class ChaosMarkdown
{
    public static void WriteInto(string file, ChaosRecord record, Variant variant) => MarkedPart.Write(
        file, $"./ms2m chaos{variant.Arguments} --markdown", Of(record, FaultMatrix.Of(variant)));

    private static string Of(ChaosRecord record, IReadOnlyList<Cell> cells)
    {
        var text = new StringBuilder();
        var all = cells.SelectMany(record.Of).ToList();
        text.Append(CultureInfo.InvariantCulture, $"\n{all.Count(one => one.Passed)} of {all.Count} runs as they must be; ");
        text.Append(CultureInfo.InvariantCulture, $"{Days(all)}; ");
        text.Append(string.Join(", ", record.Versions.Select(one => $"{one.Key} {one.Value}"))).Append(".\n\n");
        Matrix(text, record, cells);
        text.Append("\n### Cell by cell\n\n");
        text.Append("| fault | moment | struck after | outcome | settled in | published | applied | lost | duplicated | reordered | effects missing | repeated | left behind |\n");
        text.Append("| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n");
        foreach (var one in all)
        {
            Line(text, one);
        }

        text.Append("\n### What cannot be\n\n| fault | moments | why |\n| --- | --- | --- |\n");
        foreach (var why in cells.Where(cell => cell.NotApplicable is not null).GroupBy(cell => cell.NotApplicable))
        {
            var faults = why.Select(cell => cell.Fault).Distinct().ToList();
            var every = faults.Count == cells.Select(cell => cell.Fault).Distinct().Count();
            text.Append(CultureInfo.InvariantCulture,
                $"| {(every ? "every one" : string.Join(", ", faults.Select(FaultMatrix.NameOf)))} "
                + $"| {string.Join(", ", why.Select(cell => cell.Moment).Distinct())} | {why.Key} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static void Matrix(StringBuilder text, ChaosRecord record, IReadOnlyList<Cell> cells)
    {
        var moments = cells.Where(cell => cell.Expected is not null).Select(cell => cell.Moment).Distinct().Order().ToList();
        text.Append(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", moments)} |\n|");
        text.Append(string.Concat(Enumerable.Repeat(" --- |", moments.Count + 1))).Append('\n');
        foreach (var row in cells.Where(cell => moments.Contains(cell.Moment)).GroupBy(cell => cell.Fault))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"| {FaultMatrix.NameOf(row.Key)} | {string.Join(" | ", row.Select(cell => Short(cell, record.Of(cell))))} |\n");
        }
    }

    private static string Short(Cell cell, IReadOnlyList<CellResult> results)
    {
        if (cell.Expected is null)
        {
            return "–";
        }

        if (results.Count == 0)
        {
            return "not run";
        }

        var outcomes = string.Join(", ", results.Select(Outcome).Distinct());
        var settled = results.Max(one => one.SettledMs) is { } ms ? $" {Human.Duration(ms)}" : "";
        var times = results.Count > 1 ? $" ({results.Count(one => one.Passed)}/{results.Count})" : "";
        return $"{(results.All(one => one.Passed) ? "✓" : "**✗**")} {outcomes}{settled}{times}";
    }

    private static void Line(StringBuilder text, CellResult one)
    {
        var lost = one.StateDied ? $"{one.Lost} ({one.Waiting} wait)" : $"{one.Lost}";
        var wrong = one.Problems.Concat(one.Leftovers)
            .Concat((one.Kept ?? []).Select(kept => $"{kept} (kept on purpose, named in the result)")).ToList();
        text.Append(CultureInfo.InvariantCulture,
            $"| {FaultMatrix.NameOf(one.Fault)} | {one.Moment}{(one.Landed ? "" : " (missed)")} | {Ms(one.StruckAfterMs)} | {Outcome(one)} "
            + $"| {Ms(one.SettledMs)} | {one.Published} | {one.Applied} | {lost} | {one.Duplicated} | {one.Reordered} "
            + $"| {one.EffectsMissing} | {one.EffectsRepeated} | {(wrong.Count == 0 ? "nothing" : string.Join("; ", wrong).Replace('|', '/').ReplaceLineEndings(" "))} |\n");
    }

    private static string Outcome(CellResult one) =>
        $"{one.Outcome ?? "stuck"}{(one.FailedOver ? " by failover" : "")}{(one.StateDied ? ", state died" : "")}";

    private static string Ms(double? ms) => ms is { } known ? Human.Duration(known) : "";

    private static string Days(List<CellResult> all)
    {
        var days = all.Select(one => one.At.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Distinct().Order().ToList();
        return days.Count switch { 0 => "never run", 1 => days[0], _ => $"{days[0]} to {days[^1]}" };
    }
}

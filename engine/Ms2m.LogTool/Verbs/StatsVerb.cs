using System.CommandLine;
using System.Globalization;
using Ms2m.Cli.Display;
using Ms2m.EventLog.Projections;
using Ms2m.History.ReadModels;
using Ms2m.History.Statistics;
using Spectre.Console;

namespace Ms2m.LogTool.Verbs;

/// <summary>Percentiles and outcomes over a period.</summary>
internal static class StatsVerb
{
    public static Command Create()
    {
        var since = new Option<string?>("--since") { Description = "Requested then or later (2026-11-21, or 7d for 7 days ago)", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "Requested before then", HelpName = "TIME" };
        var workload = new Option<string?>("--workload") { Description = "Only of this workload", HelpName = "NAME" };
        var strategy = new Option<string?>("--strategy") { Description = "Only by this strategy", HelpName = "NAME" };
        return new Command(
            "stats", "Percentiles by phase, step, workload, strategy and pair of nodes; outcomes and reasons, over any period")
        { since, until, workload, strategy }.Does(async call =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var report = await new MigrationStats(call.Store.Source).ReadAsync(
                new MigrationFilter(
                    call.Parsed.GetValue(workload), null, call.Parsed.GetValue(strategy),
                    Times.Read(call.Parsed.GetValue(since), now), Times.Read(call.Parsed.GetValue(until), now)),
                call.Cancel);
            var (mark, newest) = await new Projector(call.Store.Source, call.Store.All).LookAsync(MigrationRows.ProgressName, call.Cancel);
            if (mark < newest)
            {
                Console.Error.WriteLine(
                    $"ms2m: the read model has come to {mark} of {newest} in the log, and these figures with it. "
                    + "A running engine goes on with it; without one: ms2m log rebuild");
            }

            if (call.Output.Json)
            {
                call.Output.Document(report with { Mark = mark, Newest = newest });
            }
            else
            {
                Print(call.Output.Text, report);
            }

            return ExitCodes.Success;
        });
    }

    private static void Print(IAnsiConsole console, StatsReport report)
    {
        if (report.Migrations == 0)
        {
            console.WriteLine("No migration was requested in that time.");
            return;
        }

        console.WriteLine($"{report.Migrations} migrations from {Human.Time(report.First!.Value)} to {Human.Time(report.Last!.Value)}");
        console.WriteLine(string.Join(", ", report.Outcomes.Select(one => $"{one.Count} {one.Name}")));
        console.Write(Spreads("of the completed ones", [.. report.Measures.Where(one => !IsACount(one))]));
        foreach (var one in report.Measures.Where(IsACount))
        {
            var text = one.Name == "checkpoint-bytes" ? (Func<double, string>)(bytes => Human.Bytes((long)bytes)) : Plain;
            console.WriteLine($"{one.Name}: p50 {text(one.P50)}, p95 {text(one.P95)}, max {text(one.Max)}");
        }

        console.Write(Spreads("phase", report.Phases));
        console.Write(Spreads("step", report.Steps));
        console.Write(Groups(report.Groups));
        if (report.Reasons.Count > 0)
        {
            console.Write(Reasons(report.Reasons));
        }
    }

    private static bool IsACount(Spread spread) => spread.Name is "checkpoint-bytes" or "replayed-messages";

    private static string Plain(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static Table New(params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < columns.Length; i++)
        {
            table.AddColumn(new TableColumn(columns[i]) { Alignment = i == 0 ? Justify.Left : Justify.Right, NoWrap = true });
        }

        return table;
    }

    private static Table Spreads(string title, IReadOnlyList<Spread> spreads)
    {
        var table = New(title, "count", "mean", "p50", "p90", "p95", "p99", "max");
        foreach (var one in spreads)
        {
            table.AddRow(
                Markup.Escape(one.Name), $"{one.Count}", Human.Duration(one.Mean), Human.Duration(one.P50), Human.Duration(one.P90),
                Human.Duration(one.P95), Human.Duration(one.P99), Human.Duration(one.Max));
        }

        return table;
    }

    private static Table Groups(IReadOnlyList<KindStats> groups)
    {
        var table = New("workload", "strategy", "nodes", "migrations", "completed", "total p50", "p95", "interruption p50", "p95");
        foreach (var one in groups)
        {
            table.AddRow(
                Markup.Escape(one.Workload ?? ""), Markup.Escape(one.Strategy ?? ""),
                Markup.Escape($"{one.SourceNode} → {one.TargetNode}"), $"{one.Migrations}", $"{one.Completed}",
                Ms(one.TotalP50), Ms(one.TotalP95), Ms(one.InterruptionP50), Ms(one.InterruptionP95));
        }

        return table;
    }

    private static Table Reasons(IReadOnlyList<Counted> reasons)
    {
        var table = New("reason", "migrations");
        foreach (var one in reasons)
        {
            table.AddRow(Markup.Escape(one.Name), $"{one.Count}");
        }

        return table;
    }

    private static string Ms(double? value) => value is { } ms ? Human.Duration(ms) : "";
}

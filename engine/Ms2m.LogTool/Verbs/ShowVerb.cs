using System.CommandLine;
using System.Globalization;
using Ms2m.Contracts;
using Ms2m.History.Explaining;
using Ms2m.History.Timelines;
using Ms2m.LogTool.Display;
using Ms2m.Migrations.Views;

namespace Ms2m.LogTool.Verbs;

/// <summary>Prints a migration's history as a timeline.</summary>
internal static class ShowVerb
{
    private const int BarWidth = 40;

    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var all = new Option<bool>("--all") { Description = "Print every report of the replay, not one line for a row of them" };
        return new Command("show", "Print the timeline of one migration") { id, all }.Does(async call =>
        {
            var history = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(id));
            var view = history.View((DateTimeOffset.UtcNow - history.StartedAt).TotalMilliseconds);
            var lines = EventLine.Of(history);
            if (call.Output.Json)
            {
                call.Output.Document(new { Migration = view, Attempts = history.Steps, Events = lines });
                return ExitCodes.Success;
            }

            Header.Print(view);
            Phases(view);
            Events(history, lines, call.Parsed.GetValue(all));
            return ExitCodes.Success;
        });
    }

    private static void Phases(MigrationView view)
    {
        Console.Out.WriteLine();
        var table = new Columns("lrrl");
        var before = 0.0;
        foreach (var phase in view.Phases)
        {
            table.Add(
                $"  {phase.Name}", Durations.Text(phase.Ms), Share(phase.Ms, view.TotalMs), Bar.Of(before, phase.Ms, view.TotalMs, BarWidth));
            before += phase.Ms;
        }

        table.Print();
    }

    private static void Events(MigrationHistory history, IReadOnlyList<EventLine> lines, bool all)
    {
        Console.Out.WriteLine();
        var table = new Columns("rrrll");
        table.Add("#", "since start", "gap", "who", "what");
        for (var i = 0; i < lines.Count; i++)
        {
            var (line, reports) = (lines[i], 1);
            while (!all && line.Type == lines[i].Type && history.Events[i].Data is ReplayProgressed
                && i + 1 < lines.Count && history.Events[i + 1].Data is ReplayProgressed)
            {
                i++;
                reports++;
            }

            var what = reports == 1
                ? lines[i].Sentence
                : string.Create(CultureInfo.InvariantCulture, $"{lines[i].Sentence} ({reports} reports, since {Since(line)})");
            table.Add(
                string.Create(CultureInfo.InvariantCulture, $"{lines[i].Number}"), Since(lines[i]), Gap(line), Who(line), what);
        }

        table.Print();
    }

    private static string Since(EventLine line) => "+" + Durations.Text(line.SinceMs);

    // Events of one decision have one time.
    private static string Gap(EventLine line) => line.GapMs > 0 ? Durations.Text(line.GapMs) : "";

    // Who asked for it, where that was a person or another system. What follows from a party's message says so by standing below
    // it, and its author is that party's own user.
    private static string Who(EventLine line) =>
        line.Author is not { } author || author == Party.Engine.Name
            || author.StartsWith(Names.NodeUser(""), StringComparison.Ordinal) || author.StartsWith(Names.InstanceUser(""), StringComparison.Ordinal)
            ? line.Who
            : $"{line.Who} ({author})";

    private static string Share(double ms, double total) =>
        total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{ms / total:0 %}") : "";
}

using System.CommandLine;
using Ms2m.History.Comparing;
using Ms2m.History.Explaining;
using Ms2m.LogTool.Display;

namespace Ms2m.LogTool.Verbs;

/// <summary>Prints what changed in a migration between two moments.</summary>
internal static class DiffVerb
{
    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var from = new Argument<string>("a") { Description = "A moment: an event's number, +350ms since the start, or a time of day" };
        var to = new Argument<string>("b") { Description = "A later moment" };
        return new Command("diff", "Print what changed in one migration between two moments, and by which events") { id, from, to }
            .Does(async call =>
            {
                var (a, b) = (AtVerb.Parse(call.Parsed.GetRequiredValue(from)), AtVerb.Parse(call.Parsed.GetRequiredValue(to)));
                var history = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(id));
                var (first, last) = (a.EventsOf(history), b.EventsOf(history));
                if (first > last)
                {
                    (first, last) = (last, first);
                }

                var (before, after) = (Snapshot.Of(history, first), Snapshot.Of(history, last));
                var changes = StateDiff.Between(before, after);
                EventLine[] events = [.. EventLine.Of(history).Skip(first).Take(last - first)];
                if (call.Output.Json)
                {
                    call.Output.Document(new { Before = before, After = after, Changes = changes, Events = events });
                }
                else
                {
                    Print(changes, events);
                }

                return ExitCodes.Success;
            });
    }

    private static void Print(IReadOnlyList<Change> changes, EventLine[] events)
    {
        if (events.Length == 0)
        {
            Console.Out.WriteLine("No event lies between these moments: nothing changed.");
            return;
        }

        var table = new Columns("lll");
        foreach (var change in changes)
        {
            table.Add(change.Before is null ? "+" : change.After is null ? "-" : "~", change.Name, (change.Before, change.After) switch
            {
                (null, var now) => now!,
                (var then, null) => then,
                var (then, now) => $"{then} → {now}",
            });
        }

        table.Print();
        Console.Out.WriteLine();
        var list = new Columns("rrl");
        foreach (var one in events)
        {
            list.Add($"{one.Number}", "+" + Durations.Text(one.SinceMs), one.Sentence);
        }

        list.Print();
    }
}

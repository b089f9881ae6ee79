using System.CommandLine;
using System.Globalization;
using Ms2m.History.Comparing;
using Ms2m.History.Explaining;
using Ms2m.History.Timelines;
using Ms2m.LogTool.Display;

namespace Ms2m.LogTool.Verbs;

/// <summary>Prints what was known of a migration at one moment.</summary>
internal static class AtVerb
{
    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var time = new Option<string?>("--time")
        {
            Description = "The moment: +1.5s, +350ms or +2min since the start, or a time of day such as 2026-11-21T05:21:22.4Z",
            HelpName = "TIME",
        };
        var number = new Option<long?>("--event") { Description = "The moment right after the event of this number", HelpName = "N" };
        return new Command("at", "Print the state of one migration as it was at one moment") { id, time, number }.Does(async call =>
        {
            var moment = MomentOf(call.Parsed.GetValue(time), call.Parsed.GetValue(number));
            var history = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(id));
            var snapshot = Snapshot.Of(history, moment.EventsOf(history));
            if (call.Output.Json)
            {
                call.Output.Document(snapshot);
            }
            else
            {
                Print(history, snapshot);
            }

            return ExitCodes.Success;
        });
    }

    public static Moment Parse(string text) => Moment.TryParse(text, out var moment)
        ? moment
        : throw new LogRefusedException(AnalysisFailures.NotAMoment(text), ExitCodes.Usage);

    private static Moment MomentOf(string? time, long? number) => (time, number) switch
    {
        ({ } text, null) => Parse(text),
        (null, { } wanted) => new Moment.AtEvent(wanted),
        _ => throw new LogRefusedException(AnalysisFailures.WhichMoment(), ExitCodes.Usage),
    };

    private static void Print(MigrationHistory history, Snapshot snapshot)
    {
        Console.Out.WriteLine(snapshot.Events == 0
            ? $"{snapshot.MigrationId}: nothing had happened yet; its first event came at {Header.Time(history.StartedAt)}."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{snapshot.MigrationId} after event {snapshot.Events} of {history.Events.Length}, +{Durations.Text(snapshot.SinceMs)}: {snapshot.Phase} ({snapshot.State})"));
        var table = new Columns("lll");
        foreach (var awaited in snapshot.Awaited)
        {
            var deadline = awaited.Deadline is { } until ? $", until {Header.Time(until)}" : "";
            var since = $"since +{Durations.Text(awaited.SinceMs)}{deadline}";
            table.Add("awaited", awaited.Step ?? awaited.What, $"{(awaited.Step is null ? "" : awaited.What + " of ")}{awaited.From}, {since}");
        }

        foreach (var (name, progress) in snapshot.Steps)
        {
            table.Add("step", name, progress.Attempt == 1 ? $"{progress.Status}" : string.Create(CultureInfo.InvariantCulture, $"{progress.Status}, attempt {progress.Attempt}"));
        }

        foreach (var (name, value) in snapshot.Facts)
        {
            table.Add("fact", name, value);
        }

        table.Print();
    }
}

using System.CommandLine;
using System.Globalization;
using Ms2m.History.Explaining;
using Ms2m.History.Timelines;
using Ms2m.LogTool.Display;

namespace Ms2m.LogTool.Verbs;

/// <summary>Says why a migration took as long as it took.</summary>
internal static class ExplainVerb
{
    private const int BarWidth = 30;

    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var split = new Option<bool>("--split-hops")
        {
            Description = "Tell the way out of a command from the way back of its answer, as if both took the same time",
        };
        return new Command(
            "explain",
            "Print the critical path of one migration: what each moment was spent on, and what is usual")
        {
            id, split,
        }.Does(async call =>
        {
            var history = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(id));
            var explanation = Explanation.Of(history, await KindMedians.OfAsync(call, history), call.Parsed.GetValue(split));
            if (call.Output.Json)
            {
                call.Output.Document(explanation);
            }
            else
            {
                Print(history, explanation);
            }

            return ExitCodes.Success;
        });
    }

    private static void Print(MigrationHistory history, Explanation explanation)
    {
        Console.Out.WriteLine(explanation.Sentence);
        Console.Out.WriteLine();
        Header.Print(history.View());
        Console.Out.WriteLine(explanation.ComparedWith == 0
            ? "No other migration of its kind is completed: there is nothing to compare with."
            : string.Create(CultureInfo.InvariantCulture, $"Compared with {explanation.ComparedWith} completed migrations of its kind{Usual(explanation)}."));
        if (explanation.Coarse)
        {
            Console.Out.WriteLine("Its messages carry no times: where a worker says nothing, command, work and answer are one.");
        }

        Console.Out.WriteLine();
        Path(explanation);
        Console.Out.WriteLine();
        Shares(explanation);
    }

    private static void Path(Explanation explanation)
    {
        var table = new Columns("lrrrrl");
        table.Add("critical path", "from", "took", "share", "× median", "");
        foreach (var step in explanation.Steps)
        {
            var again = step.Attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $" (attempt {step.Attempt})") : "";
            table.Add(
                $"{step.Name}{again} · {step.Party}", "+" + Durations.Text(step.FromMs), Durations.Text(step.Ms),
                Percent(step.Share), Ratio(step.Ratio), Bar.Of(step.FromMs, step.Ms, explanation.TotalMs, BarWidth));
            // A step's only part says its name once more.
            if (step.Segments is [{ WaitingOn: WaitingOn.Turn or WaitingOn.Replay or WaitingOn.CommandWorkAndAnswer }])
            {
                continue;
            }

            foreach (var part in step.Segments)
            {
                var note = part.Note is null ? "" : $" ({part.Note})";
                table.Add($"    {Durations.Words(part.WaitingOn)}{note}", "", Durations.Text(part.Ms), Percent(part.Ms / explanation.TotalMs), "", "");
            }
        }

        table.Print();
    }

    private static void Shares(Explanation explanation)
    {
        var table = new Columns("lrrr");
        table.Add("phase", "took", "median", "× median");
        foreach (var phase in explanation.Phases)
        {
            table.Add(
                $"{phase.Phase}", Durations.Text(phase.Ms), phase.MedianMs is { } median ? Durations.Text(median) : "",
                Ratio(phase.MedianMs > 0 ? phase.Ms / phase.MedianMs : null));
        }

        table.Add("");
        table.Add("waiting on", "took", "share", "");
        foreach (var share in explanation.WaitingOn)
        {
            table.Add(Durations.Words(share.WaitingOn), Durations.Text(share.Ms), Percent(share.Share), "");
        }

        table.Print();
    }

    private static string Usual(Explanation explanation) =>
        explanation.MedianTotalMs is { } median ? $", which took {Durations.Text(median)} in the median" : "";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share:0.0 %}");

    private static string Ratio(double? ratio) => ratio is { } one ? string.Create(CultureInfo.InvariantCulture, $"{one:0.0}") : "";
}

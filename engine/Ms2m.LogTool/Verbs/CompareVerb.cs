using System.CommandLine;
using System.Globalization;
using Ms2m.History.Comparing;
using Ms2m.History.Explaining;
using Ms2m.LogTool.Display;

namespace Ms2m.LogTool.Verbs;

/// <summary>Sets two migrations side by side.</summary>
internal static class CompareVerb
{
    public static Command Create()
    {
        var first = MigrationIds.Argument;
        var second = new Argument<string>("other") { Description = "The other one, by its id, its beginning, or 'last'" };
        return new Command("compare", "Print the durations of two migrations side by side, with their ratio") { first, second }
            .Does(async call =>
            {
                var one = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(first));
                var other = await Histories.FindAsync(call, call.Parsed.GetRequiredValue(second));
                var comparison = Comparison.Of(one, other);
                if (call.Output.Json)
                {
                    call.Output.Document(comparison);
                    return ExitCodes.Success;
                }

                Header.Print(comparison.First);
                Header.Print(comparison.Second);
                Console.Out.WriteLine();
                var table = new Columns("lrrr");
                table.Add("", "first", "second", "ratio");
                foreach (var group in new[] { comparison.Totals, comparison.Phases, comparison.Steps })
                {
                    foreach (var pair in group)
                    {
                        table.Add(pair.Name, Text(pair.FirstMs), Text(pair.SecondMs), pair.Ratio is { } ratio
                            ? string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}")
                            : "");
                    }

                    table.Add("");
                }

                table.Print();
                return ExitCodes.Success;
            });
    }

    private static string Text(double? ms) => ms is { } known ? Durations.Text(known) : "–";
}

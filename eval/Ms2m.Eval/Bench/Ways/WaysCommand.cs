using System.CommandLine;

namespace Ms2m.Eval.Bench.Ways;

/// <summary>Every strategy, transfer, workload and link in one table.</summary>
internal static class WaysCommand
{
    public static Command Create()
    {
        var only = new Option<string[]>("--only")
        {
            Description = "Only rows that have this word: a strategy, transfer, workload or link; may be repeated",
            HelpName = "WORD",
        };
        var runs = NumberOption.Create("--runs", "Measured migrations of each row, back and forth, after one that is not", 3, "N", 1, 1_000);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var record = new Option<string?>("--record") { Description = "Keep the newest result of every row in this file, over many runs", HelpName = "FILE" };
        var markdown = new Option<string?>("--markdown") { Description = "Write the table of what is known into this file, between its two marks", HelpName = "FILE" };
        var command = new Command("strategies", "Measure every way to move, alike") { only, runs, json, record, markdown, KeepOption.Create() };
        command.SetAction((parsed, cancel) =>
        {
            var options = new WaysOptions(
                parsed.GetValue(only) ?? [], parsed.GetValue(runs), parsed.GetValue(json), parsed.GetValue(record), parsed.GetValue(markdown));
            return Measuring.Run(options.Json, () => WaysBench.Run(options, cancel), cancel);
        });
        return command;
    }
}

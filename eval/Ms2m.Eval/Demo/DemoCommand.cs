using System.CommandLine;
using Ms2m.Cli.Moving;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Demo;

/// <summary>Moves a loaded consumer once and proves that nothing was lost.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var load = new LoadOptionsReader();
        var from = Node("--from", "Node to start the workload on", "node-a");
        var to = Node("--to", "Node to move it to", "node-b");
        var after = NumberOption.Create("--after-seconds", "Publishing after the migration has ended", 2.0, "S", 0, 3_600);
        var runs = NumberOption.Create("--runs", "So many demos in a row, each with a fresh workload", 1, "N", 1, 10_000);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var command = new Command("demo", "Migrate a loaded consumer and prove that nothing was lost");
        load.AddTo(command);
        var how = new MoveOptions();
        how.AddTo(command);
        foreach (Option option in new Option[] { from, to, after, runs, json, KeepOption.Create() })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            var options = new DemoOptions(
                load.Read(parsed),
                how.Read(parsed),
                parsed.GetValue(from)!,
                parsed.GetValue(to)!,
                parsed.GetValue(after),
                parsed.GetValue(runs),
                parsed.GetValue(json));
            return Measuring.Run(options.Json, () => DemoSeries.Run(options, cancel), cancel);
        });
        return command;
    }

    private static Option<string> Node(string name, string description, string usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        HelpName = "NODE",
    };
}

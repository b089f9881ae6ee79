using System.CommandLine;
using Ms2m.Cli.Moving;
using Ms2m.Eval.Bench.Ways;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench;

/// <summary>Benchmarks by subject.</summary>
internal static class BenchCommand
{
    public static Command Create() =>
        new("bench", "Measure many migrations, in a row or at once, or what being movable costs") { Migration(), WaysCommand.Create(), FairnessCommand.Create(), ConsumerCommand.Create() };

    private static Command Migration()
    {
        var load = new LoadOptionsReader();
        var runs = NumberOption.Create("--runs", "Measured migrations, back and forth", 10, "N", 1, 10_000);
        var warmups = NumberOption.Create("--warmup-runs", "Migrations before, not measured", 1, "N", 0, 100);
        var nodes = new Option<string>("--nodes")
        {
            Description = "The two nodes",
            DefaultValueFactory = _ => "node-a,node-b",
            HelpName = "A,B",
        };
        nodes.Validators.Add(result =>
        {
            if (TwoNodes(result.GetValueOrDefault<string>()) is not [{ Length: > 0 } one, { Length: > 0 } other] || one == other)
            {
                result.AddError("--nodes wants two different nodes, as in node-a,node-b.");
            }
        });
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var command = new Command("migration", "Move one loaded workload back and forth");
        load.AddTo(command);
        var how = new MoveOptions();
        how.AddTo(command);
        foreach (Option option in new Option[] { runs, warmups, nodes, json, KeepOption.Create() })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            var options = new BenchOptions(
                load.Read(parsed),
                how.Read(parsed),
                TwoNodes(parsed.GetValue(nodes)),
                parsed.GetValue(runs),
                parsed.GetValue(warmups),
                parsed.GetValue(json));
            return Measuring.Run(options.Json, () => MigrationBench.Run(options, cancel), cancel);
        });
        return command;
    }

    private static string[] TwoNodes(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries);
}

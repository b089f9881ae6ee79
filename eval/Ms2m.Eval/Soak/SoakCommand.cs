using System.CommandLine;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Soak;

/// <summary>Many migrations of one workload in a row, and what grows with them.</summary>
internal static class SoakCommand
{
    public static Command Create()
    {
        var load = new LoadOptionsReader();
        var migrations = NumberOption.Create("--migrations", "How many, back and forth", 200, "N", 1, 1_000_000);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var command = new Command("soak", "Move one loaded workload back and forth and see what grows");
        load.AddTo(command);
        foreach (Option option in new Option[] { migrations, json, KeepOption.Create() })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) =>
        {
            var options = new SoakOptions(load.Read(parsed), parsed.GetValue(migrations), parsed.GetValue(json));
            return Measuring.Run(options.Json, () => SoakRun.Run(options, cancel), cancel);
        });
        return command;
    }
}

/// <summary>One soak.</summary>
internal sealed record SoakOptions(LoadOptions Load, int Migrations, bool Json);

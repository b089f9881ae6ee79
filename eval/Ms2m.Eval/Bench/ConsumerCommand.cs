using System.CommandLine;

namespace Ms2m.Eval.Bench;

/// <summary>What being movable costs a workload while nobody moves it.</summary>
internal static class ConsumerCommand
{
    public static Command Create()
    {
        var messages = NumberOption.Create("--messages", "Messages in each run", 20_000, "N", 100, 10_000_000);
        var runs = NumberOption.Create("--runs", "Pairs of runs: bare, then with the SDK", 5, "N", 1, 1_000);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var command = new Command("consumer", "Compare the SDK's consumer, outside a migration, with the barest one")
        {
            messages, runs, json, KeepOption.Create(),
        };
        command.SetAction((parsed, cancel) => Measuring.Run(
            parsed.GetValue(json),
            () => ConsumerBench.Run(parsed.GetValue(messages), parsed.GetValue(runs), parsed.GetValue(json), cancel),
            cancel));
        return command;
    }
}

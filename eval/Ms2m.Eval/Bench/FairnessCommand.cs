using System.CommandLine;

namespace Ms2m.Eval.Bench;

/// <summary>How long migrations wait for each other.</summary>
internal static class FairnessCommand
{
    public static Command Create()
    {
        var migrations = NumberOption.Create("--migrations", "Migrations requested at once, one workload each", 20, "N", 1, 200);
        var nodes = NumberOption.Create("--nodes", "Nodes among which they move: node-a, node-b, …", 3, "N", 2, 26);
        var rate = NumberOption.Create("--rate", "Messages per second for each workload", 2.0, "R", 0.1, 1_000);
        var urgent = NumberOption.Create("--urgent-every", "Every so many gets priority 5; 0 for none", 0, "N", 0, 200);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text" };
        var command = new Command("fairness", "Request many migrations at once and show how long each waits")
        {
            migrations, nodes, rate, urgent, json, KeepOption.Create(),
        };
        command.SetAction((parsed, cancel) =>
        {
            var options = new FairnessOptions(
                parsed.GetValue(migrations),
                [.. Enumerable.Range(0, parsed.GetValue(nodes)).Select(n => $"node-{(char)('a' + n)}")],
                parsed.GetValue(rate),
                parsed.GetValue(urgent),
                parsed.GetValue(json));
            return Measuring.Run(options.Json, () => FairnessBench.Run(options, cancel), cancel);
        });
        return command;
    }
}

/// <summary>One such benchmark.</summary>
internal sealed record FairnessOptions(int Migrations, IReadOnlyList<string> Nodes, double Rate, int UrgentEvery, bool Json);

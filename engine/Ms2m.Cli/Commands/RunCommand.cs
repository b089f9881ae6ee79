using System.CommandLine;
using Ms2m.Cli.Api;

namespace Ms2m.Cli.Commands;

/// <summary>Runs a workload on a node.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the workload" };
        var node = Needed("--node", "Node to run it on", "NODE");
        var image = Needed("--image", "Container image, present on every node that may host it", "IMAGE");
        var queue = Needed("--queue", "The queue it consumes", "QUEUE");
        var env = new Option<string[]>("--env")
        {
            Description = "Environment variable of the container; no secrets (they become part of checkpoints)",
            HelpName = "NAME=VALUE",
        };
        var publishes = Exchanges("--publishes", "Exchange that it may send effects to, beside its own; * for any characters");
        var binds = Exchanges("--binds", "Exchange that it may bind its queue to, beside its own; * for any characters");
        var noWait = new Option<bool>("--no-wait") { Description = "Return before it runs" };
        var command = new Command("run", "Run a workload on a node") { name, node, image, queue, env, publishes, binds, noWait };
        return command.Does(async call =>
        {
            var parsed = call.Parsed;
            var request = new RunRequest(
                parsed.GetRequiredValue(name),
                parsed.GetRequiredValue(node),
                parsed.GetRequiredValue(image),
                parsed.GetRequiredValue(queue),
                Settings(parsed.GetValue(env) ?? []),
                parsed.GetValue(publishes),
                parsed.GetValue(binds));
            var accepted = await call.Engine.Run(request, call.Cancel);
            var running = parsed.GetValue(noWait) || await WorkloadWatch.Until(
                call, all => all.Any(one => one.Name == request.Name && one.State == "running"));
            if (!running)
            {
                return call.Output.Fail(
                    CliFailures.DidNotCome($"'{request.Name}' ran on {request.Node}", WorkloadWatch.Patience),
                    ExitCodes.Failed);
            }

            if (call.Output.Json)
            {
                call.Output.Document(accepted);
            }
            else
            {
                call.Output.Say($"{request.Name} {(parsed.GetValue(noWait) ? "requested" : "runs")} on {request.Node}");
            }

            return ExitCodes.Success;
        });
    }

    private static Option<string> Needed(string name, string description, string help) =>
        new(name) { Description = description, Required = true, HelpName = help };

    private static Option<string[]> Exchanges(string name, string description) =>
        new(name) { Description = description, HelpName = "EXCHANGE" };

    private static Dictionary<string, string> Settings(string[] lines)
    {
        var settings = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw new BadUsageException(CliFailures.NotASetting(line));
            }

            settings[line[..at]] = line[(at + 1)..];
        }

        return settings;
    }
}

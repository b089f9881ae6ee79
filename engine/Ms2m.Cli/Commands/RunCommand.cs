using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Contracts;

namespace Ms2m.Cli.Commands;

/// <summary>Runs a workload on a node.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the workload" };
        var node = Needed("--node", "Node to run it on", "NODE");
        var image = Needed("--image", "Container image, present on every node that may host it", "IMAGE");
        var queue = new Option<string>("--queue")
        {
            Description = "The queue it consumes by the rules of the SDK; without it the process knows nothing of this system",
            HelpName = "QUEUE",
        };
        var address = new Option<string>("--address")
        {
            Description = "IPv4 address of its own on the nodes' network, which moves with it, such as 10.99.0.80/24",
            HelpName = "CIDR",
        };
        var mac = new Option<string>("--mac")
        {
            Description = "Hardware address that goes with --address [default: derived from it]",
            HelpName = "MAC",
        };
        var volumes = new Option<string[]>("--volume")
        {
            Description = "Volume whose contents move with it",
            HelpName = "NAME:/PATH",
        };
        var stateless = new Option<bool>("--stateless") { Description = "Declare that nothing in its memory is missed" };
        var unique = new Option<bool>("--unique") { Description = "Declare that there may never be two of it, not even for a moment" };
        var standby = new StandbyOptions();
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "Arguments in place of the image's own, after --",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var env = new Option<string[]>("--env")
        {
            Description = "Environment variable of the container; no secrets (they become part of checkpoints)",
            HelpName = "NAME=VALUE",
        };
        var publishes = Exchanges("--publishes", "Exchange that it may send effects to, beside its own; * for any characters");
        var binds = Exchanges("--binds", "Exchange that it may bind its queue to, beside its own; * for any characters");
        var noWait = new Option<bool>("--no-wait") { Description = "Return before it runs" };
        var command = new Command("run", "Run a workload on a node")
        {
            name, words, node, image, queue, address, mac, volumes, stateless, unique, env, publishes, binds, noWait,
        };
        standby.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(mac) is not null && result.GetValue(address) is null)
            {
                result.AddError("--mac belongs to --address.");
            }
        });
        return command.Does(async call =>
        {
            var parsed = call.Parsed;
            var request = new RunRequest(
                parsed.GetRequiredValue(name),
                parsed.GetRequiredValue(node),
                parsed.GetRequiredValue(image),
                parsed.GetValue(queue),
                Settings(parsed.GetValue(env) ?? []),
                parsed.GetValue(publishes),
                parsed.GetValue(binds))
            {
                Command = parsed.GetValue(words) is { Length: > 0 } given ? given : null,
                Address = parsed.GetValue(address) is { } cidr ? new WorkloadAddress(cidr, parsed.GetValue(mac)) : null,
                Volumes = parsed.GetValue(volumes) is { Length: > 0 } mounted ? [.. mounted.Select(VolumeOf)] : null,
                Traits = TraitsOf(parsed.GetValue(stateless), parsed.GetValue(unique), standby.Read(parsed)),
            };
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

    private static WorkloadVolume VolumeOf(string text) => text.Split(':', 2) is [var name, ['/', _, ..] path]
        ? new WorkloadVolume(name, path)
        : throw new BadUsageException(CliFailures.NotAVolume(text));

    private static WorkloadTraits? TraitsOf(bool stateless, bool unique, Standby? standby) =>
        new WorkloadTraits(stateless, unique) { Standby = standby } is var traits && traits == new WorkloadTraits() ? null : traits;

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

using System.CommandLine;
using System.CommandLine.Invocation;
using Ms2m.Cli;
using Ms2m.Cli.Commands;

var root = new RootCommand("Moves running, stateful containers between nodes without losing a message.")
{
    MigrateCommand.Create(),
    PreflightCommand.Create(),
    MigrationsCommand.Create(),
    MigrationCommand.Create(),
    EventsCommand.Create(),
    NodesCommand.Create(),
    WorkloadsCommand.Create(),
    RunCommand.Create(),
    StopCommand.Create(),
    CancelCommand.Create(),
    GcCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Action is not ParseErrorAction)
{
    return await parsed.InvokeAsync();
}

foreach (var error in parsed.Errors)
{
    await Console.Error.WriteLineAsync($"ms2m: {error.Message}");
}

var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
await Console.Error.WriteLineAsync($"      Help: ms2m{verb} --help");
return ExitCodes.Usage;

using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Ms2m.Eval;
using Ms2m.Eval.Bench;
using Ms2m.Eval.Chaos;
using Ms2m.Eval.Demo;
using Ms2m.Eval.Soak;

var root = new RootCommand("Measures migrations and proves that nothing was lost, repeated or reordered.")
{
    DemoCommand.Create(),
    BenchCommand.Create(),
    SoakCommand.Create(),
    ChaosCommand.Create(),
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

await Console.Error.WriteLineAsync($"      Help: ms2m {Typed(parsed.CommandResult)}--help");
return ExitCodes.Usage;

static string Typed(SymbolResult? command) =>
    command is CommandResult { Command: not RootCommand and var named } ? $"{Typed(command.Parent)}{named.Name} " : "";

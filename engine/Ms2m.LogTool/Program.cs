using System.CommandLine;
using System.CommandLine.Invocation;
using Ms2m.LogTool;
using Ms2m.LogTool.Verbs;

var root = new RootCommand("Reads the event log: shows, checks, measures and explains migrations that ever ran.")
{
    ShowVerb.Create(),
    VerifyVerb.Create(),
    StatsVerb.Create(),
    RebuildVerb.Create(),
    ArchiveVerb.Create(),
    BenchVerb.Create(),
    ExplainVerb.Create(),
    AtVerb.Create(),
    DiffVerb.Create(),
    CompareVerb.Create(),
    FollowVerb.Create(),
    WhatIfVerb.Create(),
    ExportVerb.Create(),
    ReplayVerb.Create(),
};

var parsed = root.Parse(args);
if (parsed.Action is not ParseErrorAction)
{
    return await parsed.InvokeAsync();
}

foreach (var error in parsed.Errors)
{
    await Console.Error.WriteLineAsync($"ms2m log: {error.Message}");
}

var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
await Console.Error.WriteLineAsync($"          Help: ms2m log{verb} --help");
return ExitCodes.Usage;

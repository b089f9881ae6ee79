using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Spectre.Console;

namespace Ms2m.Cli.Commands;

/// <summary>Removes what dead migrations have left, as far as the log allows it.</summary>
internal static class GcCommand
{
    /// <summary>A node removes a container in well under a second and reports every two.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be removed" };
        return new Command("gc", "Remove what ended migrations have left on broker and nodes") { dryRun }.Does(async call =>
        {
            if (call.Parsed.GetValue(dryRun))
            {
                var answer = await call.Engine.Garbage(call.Cancel);
                Show(call.Output, answer, "would be removed");
                return ExitCodes.Success;
            }

            var found = await call.Engine.CollectGarbage(call.Cancel);
            Show(call.Output, found, "removed");
            return await Gone(call, [.. found.As<List<GarbageView>>().Where(one => one.Removable)]);
        });
    }

    private static async Task<int> Gone(EngineCall call, IReadOnlyList<GarbageView> removed)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (removed.Count > 0)
        {
            var now = (await call.Engine.Garbage(call.Cancel)).As<List<GarbageView>>();
            if (!removed.Any(now.Contains))
            {
                break;
            }

            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                return call.Output.Fail(CliFailures.NotCollected(now.Count(removed.Contains)), ExitCodes.Failed);
            }

            await Task.Delay(Pause, call.Cancel);
        }

        return ExitCodes.Success;
    }

    private static void Show(Output output, System.Text.Json.JsonElement answer, string fate)
    {
        if (output.Json)
        {
            output.Document(answer);
            return;
        }

        var found = answer.As<List<GarbageView>>();
        if (found.Count == 0)
        {
            output.Say($"Nothing is left behind.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("where", "what", "name", "size", "fate", "why");
        foreach (var one in found)
        {
            table.AddRow(
                new Text(one.Place), new Text(one.Kind), new Text(one.Name),
                new Text(one.Bytes > 0 ? Human.Bytes(one.Bytes) : "-"),
                new Text(one.Removable ? fate : "kept"), new Text(one.Why));
        }

        output.Text.Write(table);
    }
}

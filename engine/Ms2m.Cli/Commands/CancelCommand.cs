using System.CommandLine;
using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Contracts;

namespace Ms2m.Cli.Commands;

/// <summary>Asks for a migration to be rolled back and waits for the outcome.</summary>
internal static class CancelCommand
{
    private const string Refused = "cancel_refused";

    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var noWait = new Option<bool>("--no-wait") { Description = "Return as soon as the engine has the request" };
        return new Command("cancel", "Roll a migration back, as long as it is not promoted") { id, noWait }.Does(async call =>
        {
            var found = await MigrationIds.Find(call, call.Parsed.GetRequiredValue(id));
            var before = (await call.Engine.Events(found, 0, 0, call.Cancel)).As<List<LogEvent>>();
            var accepted = await call.Engine.Cancel(found, call.Cancel);
            if (!call.Parsed.GetValue(noWait))
            {
                return await Outcome(call, found, before.Count == 0 ? 0 : before[^1].Version);
            }

            if (call.Output.Json)
            {
                call.Output.Document(accepted);
            }
            else
            {
                call.Output.Say($"cancel of {found} requested");
            }

            return ExitCodes.Success;
        });
    }

    private static async Task<int> Outcome(EngineCall call, Guid id, long after)
    {
        var follower = new MigrationFollower(call.Engine, id, TimeProvider.System) { After = after };
        while (true)
        {
            var events = await follower.Next(call.Cancel);
            var view = await follower.View(call.Cancel);
            if (events.FirstOrDefault(one => one.Type == Refused) is { } refusal)
            {
                return call.Output.Fail(
                    refusal.Data.GetProperty("reason").As<Failure>(), ExitCodes.Failed);
            }

            if (view.Finished)
            {
                return Show(call.Output, view, await call.Engine.Migration(id, call.Cancel));
            }
        }
    }

    private static int Show(Output output, MigrationView view, JsonElement document)
    {
        if (output.Json)
        {
            output.Document(document);
        }
        else
        {
            output.Text.Write(Timeline.Of(view));
        }

        return view.Phase == "Cancelled"
            ? ExitCodes.Success
            : output.Fail(view.Reason ?? CliFailures.NotCancelled(view.Phase), ExitCodes.Failed);
    }
}

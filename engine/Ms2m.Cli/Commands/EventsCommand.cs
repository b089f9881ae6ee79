using System.CommandLine;
using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;

namespace Ms2m.Cli.Commands;

/// <summary>Prints a migration's log.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var id = MigrationIds.Argument;
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the migration has ended" };
        return new Command("events", "Print the log of one migration") { id, follow }.Does(async call =>
        {
            var found = await MigrationIds.Find(call, call.Parsed.GetRequiredValue(id));
            return call.Parsed.GetValue(follow) ? await Follow(call, found) : await Once(call, found);
        });
    }

    private static async Task<int> Once(EngineCall call, Guid id)
    {
        var answer = await call.Engine.Events(id, 0, 0, call.Cancel);
        Print(call.Output, answer.As<List<LogEvent>>(), null);
        return ExitCodes.Success;
    }

    private static async Task<int> Follow(EngineCall call, Guid id)
    {
        var follower = new MigrationFollower(call.Engine, id, TimeProvider.System)
        {
            Away = gone => Console.Error.WriteLine($"{gone.Reason.Message} Waiting for it to come back …"),
        };
        DateTimeOffset? begun = null;
        await follower.ToTheEnd((events, _) => begun = Print(call.Output, events, begun), call.Cancel);
        return ExitCodes.Success;
    }

    /// <summary>Times are shown since the first event, because that is what one compares.</summary>
    private static DateTimeOffset? Print(Output output, IReadOnlyList<LogEvent> events, DateTimeOffset? begun)
    {
        foreach (var happened in events)
        {
            begun ??= happened.At;
            if (output.Json)
            {
                Output.Line(happened);
                continue;
            }

            var since = (happened.At - begun.Value).TotalMilliseconds;
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{happened.Version,4} {since,9:0.0} ms  {EventSentence.Of(happened)}"));
        }

        return begun;
    }
}

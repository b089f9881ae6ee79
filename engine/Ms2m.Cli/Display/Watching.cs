using Ms2m.Cli.Api;
using Ms2m.Cli.Commands;
using Spectre.Console;

namespace Ms2m.Cli.Display;

/// <summary>Shows a migration while it runs: a live timeline on a terminal, else one line per phase.</summary>
internal static class Watching
{
    public static async Task<MigrationView> ToTheEnd(EngineCall call, Guid id, bool live)
    {
        var output = call.Output;
        var follower = new MigrationFollower(call.Engine, id, TimeProvider.System)
        {
            Away = gone => Console.Error.WriteLine($"{gone.Reason.Message} Waiting for it to come back …"),
        };
        if (!live || !Output.HasTerminal)
        {
            var shown = "";
            return await follower.ToTheEnd((_, view) => shown = PhaseLine(view, shown), call.Cancel);
        }

        MigrationView? ended = null;
        await output.Progress.Live(new Text("waiting for the engine …")).AutoClear(true).StartAsync(async context =>
            ended = await follower.ToTheEnd((_, view) => context.UpdateTarget(Timeline.Of(view)), call.Cancel));
        return ended!;
    }

    private static string PhaseLine(MigrationView view, string shown)
    {
        var now = view.Queue is { } queue
            ? $"{view.Phase,-14} {queue.Position} of {queue.Of} in the queue, waits for {queue.WaitsFor}"
            : $"{view.Phase,-14}";
        if (now != shown)
        {
            Console.Error.WriteLine($"{now} after {Human.Duration(view.TotalMs)}");
        }

        return now;
    }
}

using Ms2m.Cli.Api;

namespace Ms2m.EndToEnd.Tests.Lab;

/// <summary>Tests act on what the log says, never on a clock.</summary>
internal static class Phases
{
    /// <summary>Until the phase has begun; a short one may be over already. Fails when the migration ends without it.</summary>
    public static async Task<MigrationView> Begun(MigrationFollower follower, string phase, CancellationToken cancel)
    {
        while (true)
        {
            await follower.Next(cancel);
            var view = await follower.View(cancel);
            if ((view.Phases ?? []).Any(one => one.Name == phase))
            {
                return view;
            }

            Assert.False(view.Finished, $"{view.MigrationId} ended as {view.Phase} and was never {phase}: {view.Reason}");
        }
    }

    /// <summary>Until an event of the type is in the log.</summary>
    public static async Task<LogEvent> Happened(MigrationFollower follower, string type, CancellationToken cancel)
    {
        // The view is newer than the events read before it: an end seen there is judged after the events that led to it.
        MigrationView? ended = null;
        while (true)
        {
            if ((await follower.Next(cancel)).FirstOrDefault(one => one.Type == type) is { } happened)
            {
                return happened;
            }

            Assert.True(ended is null, $"{ended?.MigrationId} ended as {ended?.Phase} without {type}: {ended?.Reason}");
            var view = await follower.View(cancel);
            ended = view.Finished ? view : null;
        }
    }
}

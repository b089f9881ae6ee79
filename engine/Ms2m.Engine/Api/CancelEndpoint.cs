using System.ComponentModel;
using MassTransit;
using Ms2m.Contracts;

namespace Ms2m.Engine.Api;

/// <summary>Asks for a rollback and answers with what the migration said to it, not with what it looked like before.</summary>
internal static class CancelEndpoint
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    /// <summary>A decision takes milliseconds; past this the request is on its way and the log will tell.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    public static async Task<IResult> CancelAsync(
        [Description("The migration")] Guid id, MigrationReader reader, IBus bus, TimeProvider time, CancellationToken token)
    {
        var before = await reader.EventsAsync(id, 0, TimeSpan.Zero, token);
        if (before.Count == 0)
        {
            return MigrationEndpoints.Unknown(id);
        }

        await (await bus.GetSendEndpoint(_migrations)).Send(new CancelMigration(id), token);
        var (after, until) = (before[^1].Version, time.GetUtcNow() + _patience);
        while (until - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            foreach (var happened in await reader.EventsAsync(id, after, left, token))
            {
                after = happened.Version;
                switch (happened.Data)
                {
                    case CancelRefused refused:
                        return Results.Conflict(refused.Reason);
                    case RollbackStarted { Cancelled: true } or MigrationCancelled:
                        return Accepted(id);
                }
            }
        }

        return Accepted(id);
    }

    private static IResult Accepted(Guid id) => Results.Accepted($"/migrations/{id}", new NothingBody());
}

using System.ComponentModel;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.Engine.Api;

/// <summary>Asks for a rollback and answers with what the migration said to it, not with what it looked like before.</summary>
internal static class CancelEndpoint
{
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    /// <summary>A decision takes milliseconds; past this the request is on its way and the log will tell.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    public static async Task<IResult> CancelAsync(
        [Description("The migration")] Guid id, MigrationReader reader, ReadStream streams, IBus bus, TimeProvider time, CancellationToken token)
    {
        var before = await reader.EventsAsync(id, 0, TimeSpan.Zero, token);
        if (before.Count == 0)
        {
            return MigrationEndpoints.Unknown(id);
        }

        if (await streams.IsArchivedAsync(id, token))
        {
            var view = await reader.ViewAsync(id, token);
            return Results.Conflict(Failures.CancelFinished(view!.Phase));
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

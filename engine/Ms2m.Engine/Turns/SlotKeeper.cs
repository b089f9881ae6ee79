using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Saga;
using Ms2m.EventLog;
using Ms2m.EventLog.Slots;
using Ms2m.Migrations;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Engine.Turns;

/// <summary>Writes down, in the transaction of the message, what a decision means for the slots: a migration queues,
/// starts, or ends and makes room. Those who may start then are told; they decide for themselves, so a hint that is lost
/// costs time only, and nobody else can take the slot in between.</summary>
public sealed class SlotKeeper(PgSession session, LineReader lines)
{
    public async Task FollowAsync(
        ConsumeContext context, MigrationState before, MigrationState after, DateTimeOffset now)
    {
        switch (before, after)
        {
            case (NotStarted, Queued queued):
                session.DeferSlot(SlotOf(queued.Facts, now, startedAt: null));
                break;
            case (NotStarted or Queued, Moving moving):
                session.DeferSlot(SlotOf(moving.Facts, now, now));
                break;
            case (not (NotStarted or Ended), Ended { Facts.Id: var ended }):
                await FreeAsync(context, ended, now);
                break;
        }
    }

    private async Task FreeAsync(ConsumeContext context, Guid ended, DateTimeOffset now)
    {
        session.DeferFreeSlot(ended);
        var line = (await lines.LockAsync(session, context.CancellationToken)).Without(ended);
        foreach (var next in Admission.MayStart(line, now))
        {
            await Dispatch.SendAsync(context, new AdmitMigration(next.MigrationId));
        }
    }

    private static SlotRow SlotOf(Facts facts, DateTimeOffset requestedAt, DateTimeOffset? startedAt) => new(
        facts.Id, facts.Request.SourceNode, facts.Request.TargetNode, facts.Request.Priority, requestedAt, startedAt);
}

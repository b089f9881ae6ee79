using Microsoft.Extensions.Options;
using Ms2m.Engine.Hosting;
using Ms2m.EventLog;
using Ms2m.EventLog.Inbox;
using Ms2m.EventLog.Outbox;
using Npgsql;

namespace Ms2m.Engine.Delivery;

/// <summary>Sends what a crash or an unreachable destination left in the outbox, whichever engine stored it; at the
/// start and from time to time. Also forgets messages handled long ago.</summary>
internal sealed partial class OutboxSweeper(
    NpgsqlDataSource store,
    StoredMessageSender sender,
    InFlight inFlight,
    TimeProvider time,
    IOptions<PgDeliveryOptions> options,
    ILogger<OutboxSweeper> logger) : NowAndThen(options.Value.SweepEvery, atOnce: true, time)
{
    private const int BatchSize = 100;

    protected override async Task OnceAsync(CancellationToken token)
    {
        await SweepAsync(token);
        await store.PurgeInboxAsync(options.Value.InboxRetention, token);
    }

    private async Task SweepAsync(CancellationToken token)
    {
        await using var session = new PgSession(store);
        int taken, done;
        do
        {
            await session.BeginAsync(token);
            var rows = await session.TakeOutboxOlderThanAsync(options.Value.LeftBehindAfter, BatchSize, token);
            var left = rows.Where(one => !inFlight.Has(one.Id)).ToList();
            var outcome = await sender.SendAsync(left.Select(one => (one.Id, one.Message)), token);
            Guid[] finished = [.. outcome.Confirmed, .. GiveUp(left, outcome.Confirmed)];
            session.DeferDeleteOutbox(finished);
            await session.CommitAsync(token);
            if (outcome.Confirmed.Length > 0)
            {
                LogSwept(outcome.Confirmed.Length);
            }

            (taken, done) = (rows.Count, finished.Length);
        }
        // A batch in which nothing could be sent would come again at once.
        while (taken == BatchSize && done > 0);
    }

    private IEnumerable<Guid> GiveUp(List<OutboxMessage> left, Guid[] confirmed)
    {
        var tooOld = Time.GetUtcNow() - options.Value.GiveUpAfter;
        foreach (var one in left.Where(one => one.StoredAt < tooOld && !confirmed.Contains(one.Id)))
        {
            LogGivenUp(one.Message.MessageId, one.Message.Destination, one.StoredAt);
            yield return one.Id;
        }
    }

    [LoggerMessage(1203, LogLevel.Information, "Sent {Count} messages that were left in the outbox")]
    private partial void LogSwept(int count);

    [LoggerMessage(1204, LogLevel.Error, "Gave up message {MessageId} to {Destination}, stored at {StoredAt}: nobody takes it")]
    private partial void LogGivenUp(Guid messageId, string destination, DateTimeOffset storedAt);

    [LoggerMessage(1205, LogLevel.Warning, "Looking for messages left in the outbox failed; it will be tried again")]
    protected override partial void Failed(Exception failure);
}

using MassTransit;
using MassTransit.Middleware;
using Ms2m.EventLog;
using Ms2m.EventLog.Inbox;
using Ms2m.EventLog.Outbox;

namespace Ms2m.Engine.Delivery;

/// <summary>One message, one transaction. In it: the note that the message is handled, the saga, the events, the timers
/// and the outgoing messages. After it the outgoing messages are sent, and only then is the message acknowledged.
/// <para>A crash before the commit: nothing happened, the broker delivers again. Between commit and acknowledgement: the
/// broker delivers again, the note says handled, and what is left in the outbox is sent. After the acknowledgement:
/// only the forgetting of confirmed messages may be outstanding, and the sweeper repeats them under the same ids.</para>
/// <para>MassTransit's own protocol spends three to four commits on a message, most of them to note how far sending has
/// come. Here the outbox rows themselves are that note, and they are deleted in the background.</para></summary>
internal sealed class PgOutboxContextFactory(
    PgSession session,
    IServiceProvider services,
    StoredMessageSender sender,
    DeliveredOutbox delivered,
    InFlight inFlight,
    TimerSignal timers,
    TimeProvider time,
    FaultPoints faults) : IOutboxContextFactory<PgSession>
{
    public async Task Send<T>(
        ConsumeContext<T> context, OutboxConsumeOptions options, IPipe<OutboxConsumeContext<T>> next)
        where T : class
    {
        var token = context.CancellationToken;
        var messageId = context.GetOriginalMessageId()
            ?? throw new MessageException(typeof(T), "A message without an id cannot be told from its repeats.");
        var key = new InboxKey(messageId, options.ConsumerId);
        var handling = new PgOutboxConsumeContext<T>(context, options, services, session, key, time, timers.Wake);
        try
        {
            await session.BeginAsync(token);
            if (await session.TryConsumeAsync(key, token))
            {
                await next.Send(handling);
                await CommitAndSendAsync(handling.Outgoing, token);
            }
            else
            {
                await SendLeftBehindAsync(key, token);
            }
        }
        finally
        {
            await session.RollbackAsync();
        }

        handling.MarkHandled();
        await next.Send(handling);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("postgres-outbox");

    /// <exception cref="DeliveryFailedException">The retry comes back through <see cref="SendLeftBehindAsync"/>.</exception>
    private async Task CommitAndSendAsync(IReadOnlyList<OutboxMessage> outgoing, CancellationToken token)
    {
        // From the commit on a repeat of the incoming message could find these rows.
        inFlight.Begin(outgoing.Select(one => one.Id));
        Guid[] confirmed = [];
        try
        {
            await session.CommitAsync(token);
            if (outgoing.Count > 0)
            {
                var outcome = await SendDecidedAsync(outgoing, token);
                confirmed = outcome.Confirmed;
                delivered.Forget(confirmed);
                if (outcome.Failure is { } failure)
                {
                    throw new DeliveryFailedException(failure);
                }
            }
        }
        finally
        {
            inFlight.End(outgoing.Select(one => one.Id).Except(confirmed));
        }
    }

    private async Task<SendOutcome> SendDecidedAsync(IReadOnlyList<OutboxMessage> outgoing, CancellationToken token)
    {
        try
        {
            await faults.AfterCommit(token);
            var outcome = await sender.SendAsync(outgoing.Select(one => (one.Id, one.Message)), token);
            await faults.AfterSend(token);
            return outcome;
        }
        catch (Exception cause)
        {
            throw new DeliveryFailedException(cause);
        }
    }

    // What fails once more is left to the sweeper: it is stored, and the incoming message is not at fault.
    private async Task SendLeftBehindAsync(InboxKey key, CancellationToken token)
    {
        var rows = await session.TakeOutboxOfAsync(key, token);
        var left = rows.Where(one => !inFlight.Has(one.Id)).Select(one => (one.Id, one.Message)).ToList();
        if (left.Count > 0)
        {
            var outcome = await sender.SendAsync(left, token);
            session.DeferDeleteOutbox(outcome.Confirmed);
        }

        await session.CommitAsync(token);
    }
}

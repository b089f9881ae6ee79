using MassTransit;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Ms2m.EventLog;
using Ms2m.EventLog.Inbox;
using Ms2m.EventLog.Outbox;
using Ms2m.EventLog.Timers;

namespace Ms2m.Engine.Delivery;

/// <summary>A message being handled: collects what the handler sends, and stores it with everything else.</summary>
internal sealed class PgOutboxConsumeContext<TMessage> : OutboxConsumeContextProxy<TMessage>
    where TMessage : class
{
    private readonly Lock _sendsLock = new();
    private readonly List<CapturedSend> _sends = [];
    private readonly PgSession _session;
    private readonly InboxKey _key;
    private readonly TimeProvider _time;
    private readonly Action _timerStored;
    private bool _handled;

    public PgOutboxConsumeContext(
        ConsumeContext<TMessage> context,
        OutboxConsumeOptions options,
        IServiceProvider services,
        PgSession session,
        InboxKey key,
        TimeProvider time,
        Action timerStored)
        : base(context, options, services)
    {
        _session = session;
        _key = key;
        _time = time;
        _timerStored = timerStored;
        AddOrUpdatePayload(() => session, _ => session);
    }

    /// <summary>What was stored for the broker, in the order of the sends.</summary>
    public IReadOnlyList<OutboxMessage> Outgoing { get; private set; } = [];

    public override bool ContinueProcessing { get; set; } = true;

    public override bool IsMessageConsumed => _handled;

    // Sending is the factory's part of the protocol; the pipe is only ever asked to handle, or to say that it is done.
    public override bool IsOutboxDelivered => _handled;

    public override int ReceiveCount => 1;

    public override long? LastSequenceNumber => null;

    /// <summary>The transaction is committed, now or by an earlier delivery.</summary>
    public void MarkHandled() => _handled = true;

    public override Task AddSend<T>(SendContext<T> context)
    {
        var send = CapturedSend.Of(context, _time.GetUtcNow());
        lock (_sendsLock)
        {
            _sends.Add(send);
        }

        return Task.CompletedTask;
    }

    public override Task SetConsumed()
    {
        foreach (var timer in _sends.Where(send => send.DueAt is not null))
        {
            _session.DeferTimer(new StoredTimer(timer.Message.MessageId, timer.DueAt!.Value, timer.Message));
        }

        if (_sends.Any(send => send.DueAt is not null))
        {
            _session.OnCommitted(_timerStored);
        }

        var now = _time.GetUtcNow();
        Outgoing = [.. _sends
            .Where(send => send.DueAt is null)
            .Select(send => new OutboxMessage(Guid.CreateVersion7(), send.Message, now))];
        for (var position = 0; position < Outgoing.Count; position++)
        {
            _session.DeferOutbox(_key, position, Outgoing[position]);
        }

        return Task.CompletedTask;
    }

    public override Task RemoveOutboxMessages() => Task.CompletedTask;

    public override Task SetDelivered() => throw NotPartOfTheProtocol();

    public override Task<List<OutboxMessageContext>> LoadOutboxMessages() => throw NotPartOfTheProtocol();

    public override Task NotifyOutboxMessageDelivered(OutboxMessageContext message) => throw NotPartOfTheProtocol();

    private static InvalidOperationException NotPartOfTheProtocol() =>
        new("Stored messages are sent by the outbox context factory.");
}

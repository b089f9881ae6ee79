using System.Diagnostics;
using MassTransit;
using MassTransit.Context;
using Ms2m.Engine.Measuring;
using Ms2m.EventLog.Outbox;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Delivery;

/// <summary>A send that a handler made, turned into what is stored: the bytes and headers as they would have gone to
/// the broker.</summary>
/// <param name="DueAt">Set for a send with a delay, which becomes a timer.</param>
internal sealed record CapturedSend(StoredMessage Message, DateTimeOffset? DueAt)
{
    // MassTransit copies the headers of what is being handled to what follows from it. These speak of the one message.
    private static readonly string[] _ofTheCause = [Headers.Sent, Headers.Asked, Headers.Received, Headers.TraceParent];

    public static CapturedSend Of<T>(SendContext<T> context, DateTimeOffset now)
        where T : class
    {
        DateTimeOffset? dueAt = null;
        if (context.Delay is { } delay)
        {
            dueAt = now + delay;

            // The transport would want a plug-in of the broker for it.
            context.Delay = null;

            // The token that the sender can remember is also the id under which the timer fires, however often.
            context.MessageId = context.ScheduledMessageId ?? context.MessageId;
        }

        // Before the headers are read: the raw serializer writes message type and ids into them.
        var body = context.Serializer.GetMessageBody(context).GetBytes();
        var properties = new Dictionary<string, object>();
        if (context is TransportSendContext transport)
        {
            transport.WritePropertiesTo(properties);
        }

        var message = new StoredMessage(
            context.MessageId ?? throw new MessageException(typeof(T), "A message must have an id to be stored."),
            context.CorrelationId,
            context.DestinationAddress?.ToString()
                ?? throw new MessageException(typeof(T), "A message must have a destination to be stored."),
            (context.ContentType ?? context.Serializer.ContentType).ToString(),
            StoredValues.Write(EngineTraces.With(
                Activity.Current, context.Headers.GetAll().Where(header => !_ofTheCause.Contains(header.Key)))),
            StoredValues.Write(properties),
            body,
            context.TimeToLive is { } life ? now + life : null);
        return new CapturedSend(message, dueAt);
    }
}

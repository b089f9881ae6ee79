using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using Ms2m.Contracts;
using Ms2m.EventLog.Outbox;

namespace Ms2m.Engine.Delivery;

/// <summary>Makes a send exactly the stored message.</summary>
internal sealed class StoredMessagePipe(StoredMessage message, TimeProvider time) : IPipe<SendContext>
{
    private const string Priority = "RMQ-Priority";

    // A command to a node without a worker would otherwise vanish without a sound.
    private static readonly string _nodeExchange = Names.Node("");

    public Task Send(SendContext context)
    {
        context.MessageId = message.MessageId;
        context.CorrelationId = message.CorrelationId;
        context.Serializer = new CopyBodySerializer(
            new ContentType(message.ContentType), new MemoryMessageBody(message.Body));
        if (message.ExpiresAt is { } end)
        {
            context.TimeToLive = end - time.GetUtcNow();
        }

        foreach (var (name, value) in StoredValues.Read(message.Headers))
        {
            context.Headers.Set(name, value, overwrite: true);
        }

        // Here, and not when it was decided: in between are the commit, and after a crash much more.
        Arrival.Stamp((name, value) => context.Headers.Set(name, value, overwrite: true), answered: null, time.GetUtcNow());

        var properties = StoredValues.Read(message.Properties);
        if (context is TransportSendContext transport)
        {
            transport.ReadPropertiesFrom(properties);
        }

        if (context is RabbitMqSendContext rabbit)
        {
            // Reading the properties sets a priority of 0 where none was.
            if (!properties.ContainsKey(Priority))
            {
                rabbit.BasicProperties.ClearPriority();
            }

            rabbit.Mandatory |= rabbit.Exchange.StartsWith(_nodeExchange, StringComparison.Ordinal);
        }

        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("stored-message");
}

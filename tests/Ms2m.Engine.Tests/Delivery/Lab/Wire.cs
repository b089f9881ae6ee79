using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>A message as it is on the wire.</summary>
internal sealed record WireMessage(
    byte[] Body, IReadOnlyBasicProperties Properties, string RoutingKey, IReadOnlyDictionary<string, object?> Headers)
{
    public Guid MessageId => Guid.Parse(Properties.MessageId!);

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>The broker, seen without MassTransit: publishes as a foreign client does, and reads what an exchange gets.</summary>
internal sealed class Wire(IConnection connection, IChannel channel) : IAsyncDisposable
{
    public static async Task<Wire> ConnectAsync(VirtualHost host)
    {
        var connection = await host.ConnectAsync();
        return new Wire(connection, await connection.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)));
    }

    /// <summary>Publishes plain JSON, confirmed.</summary>
    public async Task PublishAsync(string exchange, Type contract, string json, Guid messageId)
    {
        var properties = new BasicProperties
        {
            MessageId = messageId.ToString(),
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = new Dictionary<string, object?>
            {
                ["MT-MessageType"] = $"urn:message:{contract.Namespace}:{contract.Name}",
            },
        };
        await channel.BasicPublishAsync(
            exchange, "", mandatory: true, properties, new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(json)));
    }

    /// <summary>Everything that an exchange gets from now on.</summary>
    public async Task<ChannelReader<WireMessage>> ListenAsync(string exchange, string type = "fanout", string routingKey = "")
    {
        await channel.ExchangeDeclareAsync(exchange, type, durable: true, autoDelete: false);
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, exchange, routingKey);
        var messages = Channel.CreateUnbounded<WireMessage>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) => await messages.Writer.WriteAsync(new WireMessage(
            delivery.Body.ToArray(),
            new BasicProperties(delivery.BasicProperties),
            delivery.RoutingKey,
            Headers(delivery.BasicProperties)));
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return messages.Reader;
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static Dictionary<string, object?> Headers(IReadOnlyBasicProperties properties) =>
        (properties.Headers ?? new Dictionary<string, object?>()).ToDictionary(
            header => header.Key,
            header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value);
}

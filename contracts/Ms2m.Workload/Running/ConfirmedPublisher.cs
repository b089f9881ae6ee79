using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>Publishes without waiting and says afterwards which publishes the broker has confirmed. The client's own
/// tracking would make every publish wait for its confirm, or hold a task for each.</summary>
internal sealed class ConfirmedPublisher
{
    private readonly IChannel channel;
    private readonly Dictionary<ulong, object> unconfirmed = [];
    private ulong lowest = 1;
    private ulong next = 1;

    /// <param name="channel">With confirms on, tracking off, and used by nobody else.</param>
    public ConfirmedPublisher(IChannel channel, Action<IReadOnlyList<object>> confirmed, Action<string> refused)
    {
        this.channel = channel;
        channel.BasicAcksAsync += (_, ack) =>
        {
            confirmed(Take(ack.DeliveryTag, ack.Multiple));
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, nack) =>
        {
            refused($"the broker refused publish {nack.DeliveryTag}");
            return Task.CompletedTask;
        };
    }

    /// <summary>Calls must not overlap: the broker counts publishes in their order on the wire.</summary>
    public ValueTask PublishAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, object token)
    {
        lock (unconfirmed)
        {
            unconfirmed.Add(next++, token);
        }
        return channel.BasicPublishAsync(exchange, routingKey, mandatory: false, properties, body);
    }

    private List<object> Take(ulong tag, bool multiple)
    {
        var tokens = new List<object>();
        lock (unconfirmed)
        {
            for (var each = multiple ? lowest : tag; each <= tag; each++)
            {
                if (unconfirmed.Remove(each, out var token))
                {
                    tokens.Add(token);
                }
            }
            if (multiple)
            {
                lowest = tag + 1;
            }
        }
        return tokens;
    }
}

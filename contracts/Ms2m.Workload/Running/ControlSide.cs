using Ms2m.Contracts;
using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>The instance's control queue, and what the engine hears from it, as one connection sees them.</summary>
internal sealed class ControlSide(BrokerLink link, string instanceId)
{
    /// <summary>A control queue that nobody reads any more removes itself.</summary>
    private const int ExpiresMs = 60_000;

    /// <summary>Before the first report: a command that answers it would find no queue. The exchanges are the engine's: an
    /// instance may not declare them.</summary>
    public static async Task DeclareAsync(IChannel channel, string instanceId, CancellationToken cancellationToken)
    {
        var queue = Names.ControlQueue(instanceId);
        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-expires"] = ExpiresMs }, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, Names.Control, instanceId, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, Names.Peers, instanceId, cancellationToken: cancellationToken);
    }

    public async Task ConsumeAsync()
    {
        var (channel, queue) = (link.Control, Names.ControlQueue(instanceId));
        var reader = new QueueReader(channel, (tag, _, exchange, _, properties, body) => link.Post(new FromControl(
            link, tag, exchange, MessageHeaders.Text(properties, Headers.MessageType), body.ToArray(),
            Arrival.Of(
                MessageHeaders.Number(properties, Headers.Sent), MessageHeaders.Text(properties, Headers.TraceParent), DateTimeOffset.UtcNow))), own =>
            {
                if (!own)
                {
                    link.Lose("the control queue is gone");
                }
            });
        await channel.BasicConsumeAsync(queue, autoAck: false, reader);
    }

    public ValueTask TakenAsync(ulong tag) => link.Control.BasicAckAsync(tag, multiple: false);
}

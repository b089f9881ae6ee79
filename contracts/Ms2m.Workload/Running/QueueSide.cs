using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Workload;

/// <summary>Q, as one connection sees it.</summary>
internal sealed class QueueSide(BrokerLink link, WorkloadOptions options, Topology topology)
{
    private readonly AckBatch acks = new(link.Queue, Math.Max(1, options.Prefetch / 4));
    private QueueReader? reader;
    private string? consumerTag;

    public async Task ConsumeAsync()
    {
        if (!topology.Declared)
        {
            await topology.DeclareAsync(link);
        }
        if (reader is null)
        {
            await link.Queue.BasicQosAsync(0, options.Prefetch, false);
        }
        reader = new QueueReader(link.Queue, Deliver, own =>
        {
            if (!own)
            {
                topology.Declared = false;
                link.Lose($"the queue {options.Queue} is gone");
            }
        });
        try
        {
            consumerTag = await link.Queue.BasicConsumeAsync(
                options.Queue, autoAck: false, "", noLocal: false, exclusive: false, null, reader);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            topology.Declared = false;
            throw;
        }
    }

    public async Task CancelAsync()
    {
        if (consumerTag is not null)
        {
            await link.Queue.BasicCancelAsync(consumerTag);
            consumerTag = null;
        }
    }

    public ValueTask AcknowledgeAsync(ulong tag) => acks.AddAsync(tag);

    public async ValueTask AcknowledgeAloneAsync(ulong tag)
    {
        await acks.FlushAsync();
        await link.Queue.BasicAckAsync(tag, multiple: false);
    }

    public async ValueTask RejectAsync(ulong tag)
    {
        await acks.FlushAsync();
        await link.Queue.BasicRejectAsync(tag, requeue: false);
    }

    public ValueTask FlushAsync() => acks.FlushAsync();

    /// <summary>Tag 0 means everything unanswered, also what has not come through yet. The declare goes through the same
    /// channel to the queue, so its answer says that the queue has taken back what came before it.</summary>
    public async Task ReturnAsync()
    {
        await acks.FlushAsync();
        reader?.End();
        await link.Queue.BasicNackAsync(0, multiple: true, requeue: true);
        await link.Queue.QueueDeclarePassiveAsync(options.Queue);
    }

    private void Deliver(
        ulong tag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (MessageHeaders.Text(properties, Headers.Fence) is { } fence)
        {
            // Unreadable fences are dropped like old ones: no migration is named so.
            _ = Guid.TryParse(fence, out var migration);
            link.Post(new FenceFromQueue(link, tag, migration, MessageHeaders.Text(properties, Headers.FenceInstance) ?? ""));
            return;
        }
        link.Post(new FromQueue(link, tag, Read(exchange, routingKey, properties, body), redelivered));
    }

    public static Message Read(
        string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body) =>
        new(MessageName.Of(properties, routingKey, body.Span), body.ToArray(), exchange, routingKey, properties);
}

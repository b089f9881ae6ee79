using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Workload;

/// <summary>One consumption of one queue. The client hands over deliveries, and the end of a cancelled consumption, in the
/// broker's order.</summary>
/// <param name="deliver">The body is only valid during the call.</param>
/// <param name="cancelled">True when this side asked for it, false when the queue is gone.</param>
internal sealed class QueueReader(
    IChannel channel, QueueReader.Deliver deliver, Action<bool> cancelled) : IAsyncBasicConsumer
{
    public delegate void Deliver(
        ulong tag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body);

    private volatile bool ended;

    public IChannel? Channel => channel;

    /// <summary>From now on its deliveries are no longer wanted: they have been returned.</summary>
    public void End() => ended = true;

    public Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
        IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        if (!ended)
        {
            deliver(deliveryTag, redelivered, exchange, routingKey, properties, body);
        }
        return Task.CompletedTask;
    }

    public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        cancelled(true);
        return Task.CompletedTask;
    }

    public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        cancelled(false);
        return Task.CompletedTask;
    }

    public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken = default) =>
        Task.CompletedTask;

    public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => Task.CompletedTask;
}

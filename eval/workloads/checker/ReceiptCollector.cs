using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Checker;

/// <summary>Collects receipts from a queue of its own, bound before the first message is published. After a lost connection
/// it goes on with the same queue, which is durable for that reason and expires when nobody reads it.</summary>
internal sealed class ReceiptCollector(CheckOptions options) : IAsyncDisposable
{
    private const int ExpiresMs = 600_000;
    private readonly string queue = $"ms2m.check.{Guid.NewGuid():N}";
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly List<Receipt> receipts = [];
    private IConnection? connection;
    private Task running = Task.CompletedTask;

    public IReadOnlyList<Receipt> Receipts
    {
        get
        {
            lock (gate)
            {
                return [.. receipts];
            }
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var lost = await ConsumeAsync(cancellationToken);
        running = Task.Run(async () =>
        {
            while (true)
            {
                await lost.WaitAsync(ending.Token);
                lost = await AgainAsync();
            }
        }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // Ended as asked.
        }
        if (connection is { IsOpen: true } open)
        {
            await using var channel = await open.CreateChannelAsync();
            await channel.QueueDeleteAsync(queue);
            await open.DisposeAsync();
        }
        ending.Dispose();
    }

    private async Task<Task> AgainAsync()
    {
        while (true)
        {
            await Task.Delay(200, ending.Token);
            try
            {
                return await ConsumeAsync(ending.Token);
            }
            catch (Exception e) when (e is not OperationCanceledException || !ending.IsCancellationRequested)
            {
                // The broker is not back yet.
            }
        }
    }

    private async Task<Task> ConsumeAsync(CancellationToken cancellationToken)
    {
        connection = await new ConnectionFactory
        {
            Uri = options.BrokerUri,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = "checker",
        }.CreateConnectionAsync(cancellationToken);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(
            options.ReceiptsExchange, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-expires"] = ExpiresMs }, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue, options.ReceiptsExchange, "", cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, 500, false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            Add(delivery);
            await channel.BasicAckAsync(delivery.DeliveryTag, false);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancellationToken);
        return lost.Task;
    }

    private void Add(BasicDeliverEventArgs delivery)
    {
        var said = JsonSerializer.Deserialize<Said>(delivery.Body.Span, JsonSerializerOptions.Web)!;
        lock (gate)
        {
            // What the broker brings again after a lost connection is the collector's own repeat, not the workload's.
            if (!delivery.Redelivered || receipts.TrueForAll(r => r.Key != (delivery.BasicProperties.MessageId ?? "", said.Ordinal)))
            {
                receipts.Add(new Receipt(
                    delivery.BasicProperties.MessageId ?? "", said.Name, said.Publisher, said.Seq, said.Ordinal, said.Digest,
                    DateTimeOffset.UtcNow));
            }
        }
    }

    private sealed record Said(string Name, string Publisher, long Seq, long Ordinal, string Digest);
}

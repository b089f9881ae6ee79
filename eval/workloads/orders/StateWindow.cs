using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Workload;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Orders;

/// <summary>Lets anybody outside ask for the state, over a connection of its own that the SDK knows nothing of: so what a
/// checker sees does not depend on what is to be checked. Obeys the instance file as the SDK does.</summary>
internal sealed class StateWindow(OrderTotals totals, string queue) : IDisposable
{
    /// <summary>Questions come into the queue of this name and the instance id; answers go to the exchange of this name, to
    /// the key that the asker names. Through the default exchange an instance may send nothing.</summary>
    private readonly string name = $"{queue}.state";

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource ending = new();

    public void Open(string instanceFile) => _ = Task.Run(async () =>
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(instanceFile);
            }
            catch (Exception e) when (!ending.IsCancellationRequested && e is not OutOfMemoryException)
            {
                // The broker or the file is not there now; neither concerns the orders.
            }
            await Task.Delay(Again);
        }
    });

    public void Dispose() => ending.Cancel();

    private async Task ServeAsync(string instanceFile)
    {
        var me = Read(instanceFile);
        if (me.Role == InstanceRole.Retired)
        {
            return;
        }
        var connection = await new ConnectionFactory
        {
            Uri = new Uri(me.BrokerUri),
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(5),
            ClientProvidedName = $"{me.InstanceId} state",
        }.CreateConnectionAsync(ending.Token);
        try
        {
            var lost = new TaskCompletionSource();
            connection.ConnectionShutdownAsync += (_, _) =>
            {
                lost.TrySetResult();
                return Task.CompletedTask;
            };
            // Read before and after: had this memory been copied in between, the connection would be dead in the copy.
            if (Read(instanceFile).InstanceId != me.InstanceId)
            {
                return;
            }
            await AnswerAsync(connection, instanceFile, me.InstanceId);
            await lost.Task.WaitAsync(ending.Token);
        }
        finally
        {
            // A dead connection takes its time to close.
            _ = connection.AbortAsync();
        }
    }

    private async Task AnswerAsync(IConnection connection, string instanceFile, string instanceId)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: ending.Token);
        var questions = $"{name}.{instanceId}";
        await channel.ExchangeDeclareAsync(name, ExchangeType.Direct, durable: true, cancellationToken: ending.Token);
        await channel.QueueDeclareAsync(questions, durable: false, exclusive: true, autoDelete: true, cancellationToken: ending.Token);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, asked) =>
        {
            var now = Read(instanceFile);
            var answer = totals.Answer(now.InstanceId, now.Role.ToString().ToLowerInvariant(), now.Epoch);
            var properties = new BasicProperties { CorrelationId = asked.BasicProperties.CorrelationId };
            await channel.BasicPublishAsync(
                name, asked.BasicProperties.ReplyTo ?? "", mandatory: false, properties,
                JsonSerializer.SerializeToUtf8Bytes(answer, OrdersJson.Default.StateAnswer));
        };
        await channel.BasicConsumeAsync(questions, autoAck: true, consumer, ending.Token);
    }

    private static InstanceFile Read(string path) => new InstanceFileReader(path).Read() switch
    {
        (null, var why) => throw new IOException(why),
        var (file, _) => file,
    };
}

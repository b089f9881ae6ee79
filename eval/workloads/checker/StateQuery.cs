using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Checker;

/// <summary>Asks a workload for its state, over a connection of its own.</summary>
public static class StateQuery
{
    /// <summary>Null when nobody answers in time, for instance because no such instance listens.</summary>
    public static async Task<WorkloadState?> AskAsync(CheckOptions options, string instanceId, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory
        {
            Uri = options.BrokerUri,
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = "checker",
        }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var replies = await channel.QueueDeclareAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(
            options.StateName, ExchangeType.Direct, durable: true, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(
            replies.QueueName, options.StateName, replies.QueueName, cancellationToken: cancellationToken);
        var answer = new TaskCompletionSource<WorkloadState?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            answer.TrySetResult(JsonSerializer.Deserialize<WorkloadState>(delivery.Body.Span, JsonSerializerOptions.Web));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(replies.QueueName, autoAck: true, consumer, cancellationToken);
        await channel.BasicPublishAsync(
            "", $"{options.StateName}.{instanceId}", mandatory: false,
            new BasicProperties { ReplyTo = replies.QueueName, CorrelationId = "1" }, ReadOnlyMemory<byte>.Empty, cancellationToken);
        try
        {
            return await answer.Task.WaitAsync(options.AnswerTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}

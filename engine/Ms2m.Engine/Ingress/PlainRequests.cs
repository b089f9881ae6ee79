using System.Text;
using System.Text.Json;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Measuring;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Ingress;

/// <summary>Takes requests that any AMQP client has published as plain JSON, with no property set. A readable one goes
/// to the saga; an unreadable one goes to the log through the saga and, whole, to the dead letters. Acknowledged only
/// when that is with the broker, so a crash repeats it.</summary>
public sealed partial class PlainRequests(
    BrokerConnection broker, IBus bus, EngineMetrics metrics, TimeProvider time, ILogger<PlainRequests> logger) : BackgroundService
{
    private static readonly TimeSpan _pauseAfterLoss = TimeSpan.FromSeconds(1);
    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(stoppingToken);
            }
            catch (Exception lost) when (!stoppingToken.IsCancellationRequested)
            {
                LogLost(lost);
                await Task.Delay(_pauseAfterLoss, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(CancellationToken token)
    {
        await using var channel = await broker.ChannelAsync(token);
        await SharedExchanges.DeclareAsync(channel, token);
        await channel.BasicQosAsync(0, 16, global: false, token);
        var quorum = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(Names.Rejected, true, false, false, quorum, cancellationToken: token);
        var closed = new TaskCompletionSource<ShutdownEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason);
            return Task.CompletedTask;
        };
        await ConsumeAsync(channel, Names.StartMigration, quorum, StartAsync, closed, token);
        await ConsumeAsync(channel, Names.CancelMigration, quorum, CancelAsync, closed, token);
        var lost = await closed.Task.WaitAsync(token);
        throw new InvalidOperationException($"The channel was closed: {lost.ReplyText}");
    }

    private async Task ConsumeAsync(
        IChannel channel,
        string name,
        Dictionary<string, object?> arguments,
        Func<IChannel, BasicDeliverEventArgs, CancellationToken, Task> handle,
        TaskCompletionSource<ShutdownEventArgs> closed,
        CancellationToken token)
    {
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: token);
        await channel.QueueDeclareAsync(name, true, false, false, arguments, cancellationToken: token);
        await channel.QueueBindAsync(name, name, "", cancellationToken: token);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            try
            {
                await handle(channel, delivery, token);
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, token);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The saga cannot be reached: begin anew, and the broker delivers the request again.
                LogLost(failure);
                closed.TrySetException(failure);
            }
        };
        await channel.BasicConsumeAsync(name, autoAck: false, consumer, token);
    }

    private async Task StartAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken token)
    {
        // A client that sets a message id instead of a migration id is protected from repeats as well.
        var id = Guid.TryParse(delivery.BasicProperties.MessageId, out var given) && given != Guid.Empty
            ? given
            : Guid.CreateVersion7(time.GetUtcNow());
        var read = RequestReader.Start(delivery.Body.Span, id);
        if (read.Value is { } start)
        {
            await SendAsync(start, token);
            await AnswerAsync(channel, delivery, new Accepted(start.MigrationId), token);
            return;
        }

        LogRefused(id, read.Problem!.Message);
        await SendAsync(new RefuseMigration(id, read.Problem, RequestReader.Excerpt(delivery.Body.Span)), token);
        await DeadLetterAsync(channel, delivery, read.Problem, token);
    }

    private async Task CancelAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken token)
    {
        var read = RequestReader.Cancel(delivery.Body.Span);
        if (read.Value is { } cancel)
        {
            await SendAsync(cancel, token);
            await AnswerAsync(channel, delivery, new Accepted(cancel.MigrationId), token);
            return;
        }

        await DeadLetterAsync(channel, delivery, read.Problem!, token);
    }

    private async Task SendAsync<T>(T message, CancellationToken token)
        where T : class
    {
        var endpoint = await bus.GetSendEndpoint(_migrations);
        await endpoint.Send(message, token);
    }

    private async Task DeadLetterAsync(
        IChannel channel, BasicDeliverEventArgs delivery, Failure reason, CancellationToken token)
    {
        metrics.SetAside("request");
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = delivery.BasicProperties.ContentType,
            MessageId = delivery.BasicProperties.MessageId,
            Headers = new Dictionary<string, object?> { [Headers.Reason] = reason.ToString() },
        };
        await channel.BasicPublishAsync("", Names.Rejected, mandatory: true, properties, delivery.Body, token);
        await AnswerAsync(channel, delivery, reason, token);
    }

    // Whoever wants to know at once what became of a request names a queue for the answer, as AMQP has it.
    private static async Task AnswerAsync<T>(
        IChannel channel, BasicDeliverEventArgs delivery, T answer, CancellationToken token)
    {
        if (delivery.BasicProperties.ReplyTo is not { Length: > 0 } replyTo)
        {
            return;
        }

        var properties = new BasicProperties
        {
            ContentType = "application/json",
            CorrelationId = delivery.BasicProperties.CorrelationId,
        };
        var body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(answer, ContractJson.Options));
        await channel.BasicPublishAsync("", replyTo, mandatory: false, properties, body, token);
    }

    private sealed record Accepted(Guid MigrationId);

    [LoggerMessage(1001, LogLevel.Warning, "Lost the channel for plain requests; taking it up again")]
    private partial void LogLost(Exception exception);

    [LoggerMessage(1002, LogLevel.Information, "Refused request {MigrationId}: {Reason}")]
    private partial void LogRefused(Guid migrationId, string reason);
}

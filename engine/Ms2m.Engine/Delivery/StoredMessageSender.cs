using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Options;
using Ms2m.Engine.Measuring;
using Ms2m.EventLog.Outbox;

namespace Ms2m.Engine.Delivery;

/// <summary>What became of some sends.</summary>
/// <param name="Confirmed">Those that the broker has.</param>
/// <param name="Failure">The first failure, if any.</param>
internal sealed record SendOutcome(Guid[] Confirmed, Exception? Failure);

/// <summary>Sends stored messages and waits until the broker has confirmed each of them.</summary>
internal sealed partial class StoredMessageSender(
    IBus bus, EngineMetrics metrics, TimeProvider time, IOptions<PgDeliveryOptions> options, ILogger<StoredMessageSender> logger)
{
    /// <summary>Destinations at the same time; messages to one destination one after the other, so that they arrive in
    /// the order in which they were decided. After a failure the rest for that destination is not tried.</summary>
    /// <param name="messages">Each with the id under which the caller will know it again.</param>
    public async Task<SendOutcome> SendAsync(
        IEnumerable<(Guid Id, StoredMessage Message)> messages, CancellationToken token)
    {
        var outcomes = await Task.WhenAll(messages
            .GroupBy(one => one.Message.Destination, StringComparer.Ordinal)
            .Select(group => SendInOrderAsync(group, token)));
        return new SendOutcome(
            [.. outcomes.SelectMany(one => one.Confirmed)],
            outcomes.Select(one => one.Failure).FirstOrDefault(failure => failure is not null));
    }

    private async Task<SendOutcome> SendInOrderAsync(
        IEnumerable<(Guid Id, StoredMessage Message)> messages, CancellationToken token)
    {
        var confirmed = new List<Guid>();
        foreach (var (id, message) in messages)
        {
            try
            {
                await SendAsync(message, token);
                confirmed.Add(id);
                metrics.Sent(Receiver.Of(message.Destination));
            }
            // One bad destination must not keep the others from their messages.
            catch (Exception failure) when (!token.IsCancellationRequested)
            {
                LogFailed(failure, message.MessageId, message.Destination);
                return new SendOutcome([.. confirmed], failure);
            }
        }

        return new SendOutcome([.. confirmed], null);
    }

    private async Task SendAsync(StoredMessage message, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(options.Value.SendTimeout);
        var endpoint = await bus.GetSendEndpoint(new Uri(message.Destination));
        await endpoint.Send(
            new SerializedMessageBody(), new StoredMessagePipe(message, time), limit.Token);
    }

    [LoggerMessage(1201, LogLevel.Warning, "Message {MessageId} to {Destination} could not be sent and will be tried again")]
    private partial void LogFailed(Exception exception, Guid messageId, string destination);
}

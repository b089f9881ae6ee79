using System.Globalization;
using System.Text;
using Ms2m.Cli.Api;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.Replaying;
using Ms2m.LogTool.Display;
using RabbitMQ.Client;

namespace Ms2m.LogTool.Replaying;

/// <summary>Publishes stored events again, each when it is due, and each confirmed by the broker.</summary>
internal sealed class ReplayPublisher(Uri broker, string exchange, double speed, TimeProvider time)
{
    /// <summary>So many may be on their way to the broker at once.</summary>
    private const int Unconfirmed = 200;

    /// <summary>A timer takes no more than 49 days.</summary>
    private static readonly TimeSpan _longestDelay = TimeSpan.FromDays(1);

    /// <returns>How many.</returns>
    public async Task<long> PublishAsync(IAsyncEnumerable<RecordedEvent> events, CancellationToken cancel)
    {
        var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "ms2m log replay", AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancel);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancel);
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancel);
        var (pace, begun, published) = (new Pace(speed), time.GetTimestamp(), 0L);
        var underWay = new Queue<Task>();
        await foreach (var one in events.WithCancellation(cancel))
        {
            while (pace.Due(one.Timestamp) - time.GetElapsedTime(begun) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait < _longestDelay ? wait : _longestDelay, time, cancel);
            }

            underWay.Enqueue(channel.BasicPublishAsync(exchange, one.Alias, mandatory: false, Properties(one), Body(one), cancel).AsTask());
            published++;
            if (underWay.Count == Unconfirmed)
            {
                await underWay.Dequeue();
            }
        }

        await Task.WhenAll(underWay);
        return published;
    }

    private static byte[] Body(RecordedEvent one) => Encoding.UTF8.GetBytes(ApiJson.Line(StreamedEvent.Of(one)));

    private static BasicProperties Properties(RecordedEvent one) => new()
    {
        ContentType = "application/json",
        MessageId = $"{one.EventId}",
        CorrelationId = one.CorrelationId,
        Type = one.Alias,
        Timestamp = new AmqpTimestamp(one.Timestamp.ToUnixTimeSeconds()),
        Headers = new Dictionary<string, object?>
        {
            ["ms2m-replay-of"] = $"{one.StreamId}",
            ["ms2m-original-time"] = EventFacts.Text(one.Timestamp),
            ["ms2m-sequence"] = one.SeqId.ToString(CultureInfo.InvariantCulture),
            ["ms2m-version"] = one.Version.ToString(CultureInfo.InvariantCulture),
        },
    };
}

using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Ms2m.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A client of the lab's broker that knows nothing of MassTransit, as the outside world does.</summary>
internal sealed class LabBroker : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentQueue<(string Type, Heard Heard)> _heard = new();

    private LabBroker(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static Uri Uri => LabSettings.Uri("MS2M_BROKER_URI");

    public static async Task<LabBroker> ConnectAsync()
    {
        var connection = await new ConnectionFactory { Uri = Uri }.CreateConnectionAsync();
        return new LabBroker(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Hears from now on what is sent to these fanout exchanges.</summary>
    public async Task ListenAsync(params string[] exchanges)
    {
        var queue = (await _channel.QueueDeclareAsync()).QueueName;
        foreach (var exchange in exchanges)
        {
            await _channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await _channel.QueueBindAsync(queue, exchange, "");
        }
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            Assert.Equal("application/json", delivery.BasicProperties.ContentType);
            _heard.Enqueue((TypeOf(delivery.BasicProperties),
                new Heard(JsonSerializer.Deserialize<JsonElement>(delivery.Body.Span), delivery.BasicProperties.Headers)));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

    /// <summary>Sends plain JSON to a node.</summary>
    /// <param name="sent">When, if it says so.</param>
    public async Task SendAsync(string node, object command, bool withType = true, long? sent = null)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            MessageId = Guid.NewGuid().ToString(),
            Persistent = true,
            Headers = withType
                ? new Dictionary<string, object?> { [Headers.MessageType] = Headers.Urn(command.GetType()) }
                : null,
        };
        if (sent is { } time)
            properties.Headers![Headers.Sent] = time;
        await _channel.BasicPublishAsync(Names.Node(node), "", mandatory: false, properties,
            JsonSerializer.SerializeToUtf8Bytes(command, command.GetType(), ContractJson.Options));
    }

    public Task<Heard> HearAsync(string type, Func<JsonElement, bool> which) => Eventually.GetAsync(
        type, () => Task.FromResult(_heard.Where(h => h.Type == type && which(h.Heard.Body)).Select(h => h.Heard).FirstOrDefault()));

    /// <summary>
    /// Takes what <paramref name="provoke"/> puts into a queue that is made when it is first needed. A queue
    /// asked for in the moment of its making costs the whole connection (541, noproc), so this listens at the
    /// exchange before it, and asks the queue when a message is known to be there.
    /// </summary>
    public async Task<Heard> TakeAsync(string queue, Func<Task> provoke)
    {
        await _channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true);
        var copy = (await _channel.QueueDeclareAsync()).QueueName;
        await _channel.QueueBindAsync(copy, queue, "");
        await provoke();
        await TakeAsync(copy);
        return await TakeAsync(queue);
    }

    private Task<Heard> TakeAsync(string queue) => Eventually.GetAsync($"a message in {queue}", async () =>
        await _channel.BasicGetAsync(queue, autoAck: true) is { } got ? new Heard(default, got.BasicProperties.Headers) : null);

    public async Task RemoveNodeAsync(string node)
    {
        foreach (var name in (string[])[Names.Node(node), Names.Node(node) + "_error", Names.Node(node) + "_skipped"])
        {
            await _channel.QueueDeleteAsync(name);
            await _channel.ExchangeDeleteAsync(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static string TypeOf(IReadOnlyBasicProperties properties) =>
        properties.Headers?.TryGetValue(Headers.MessageType, out var type) == true && type is byte[] urns
            ? Encoding.UTF8.GetString(urns).Split(';')[0].Split(':')[^1]
            : "";

    internal sealed record Heard(JsonElement Body, IDictionary<string, object?>? Fields = null)
    {
        public T Read<T>() => Body.Deserialize<T>(ContractJson.Options)!;

        public string Header(string name) =>
            Fields?[name] is byte[] text ? Encoding.UTF8.GetString(text) : "";
    }
}

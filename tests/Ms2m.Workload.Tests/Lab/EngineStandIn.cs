using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Ms2m.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Workload.Tests.Lab;

/// <summary>Does by hand what the engine does: commands to instances, R with its bindings, the fence; and keeps what it
/// hears. Also publishes to the workload's exchange and collects what comes out.</summary>
internal sealed class EngineStandIn : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private EngineStandIn(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public ConcurrentQueue<IMigrationMessage> Heard { get; } = new();

    /// <summary>The headers of everything heard.</summary>
    public ConcurrentQueue<(Type Type, IDictionary<string, object?> Fields)> HeardFields { get; } = new();

    public ConcurrentQueue<(string Id, string Body)> Effects { get; } = new();

    public static async Task<EngineStandIn> StartAsync(Broker broker)
    {
        var connection = await new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var engine = new EngineStandIn(connection, channel);
        await channel.ExchangeDeclareAsync("in", ExchangeType.Topic, durable: true);
        await channel.ExchangeDeclareAsync("out", ExchangeType.Fanout, durable: true);
        await channel.QueueDeclareAsync("dead", durable: true, exclusive: false, autoDelete: false);
        var consuming = await connection.CreateChannelAsync();
        await ConsumeAsync(consuming, Names.Migrations, delivery =>
        {
            var urn = Encoding.UTF8.GetString((byte[])delivery.BasicProperties.Headers![Headers.MessageType]!);
            var type = typeof(PrepareSource).Assembly.GetTypes().Single(t => t.IsClass && t.IsPublic && Headers.Urn(t) == urn);
            engine.HeardFields.Enqueue((type, delivery.BasicProperties.Headers));
            engine.Heard.Enqueue((IMigrationMessage)JsonSerializer.Deserialize(delivery.Body.Span, type, ContractJson.Options)!);
        });
        await ConsumeAsync(consuming, "out", delivery => engine.Effects.Enqueue(
            (delivery.BasicProperties.MessageId!, Encoding.UTF8.GetString(delivery.Body.Span))));
        return engine;
    }

    public async Task PublishAsync(string? id, string body = "x", string routingKey = "a.b")
    {
        var properties = new BasicProperties { Persistent = true };
        if (id is not null)
        {
            properties.MessageId = id;
        }
        await _channel.BasicPublishAsync("in", routingKey, mandatory: true, properties, Encoding.UTF8.GetBytes(body));
    }

    public async Task PublishManyAsync(int from, int count)
    {
        for (var n = from; n < from + count; n++)
        {
            await PublishAsync($"m{n}", $"body {n}");
        }
    }

    public async Task TellAsync(string instance, IMigrationMessage message, long? sent = null, string? trace = null)
    {
        var properties = new BasicProperties { Headers = new Dictionary<string, object?> { [Headers.MessageType] = Headers.Urn(message.GetType()) } };
        if (sent is { } time)
        {
            properties.Headers[Headers.Sent] = time;
        }
        if (trace is not null)
        {
            properties.Headers[Headers.TraceParent] = trace;
        }
        await TellRawAsync(instance, properties, JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ContractJson.Options));
    }

    public async Task TellRawAsync(string instance, BasicProperties properties, byte[] body) =>
        await _channel.BasicPublishAsync(Names.Control, instance, mandatory: false, properties, body);

    public async Task SourcePreparedAsync(Guid migration, string instance, int attempt = 1)
    {
        await TellAsync(instance, Prepare(migration, instance, attempt));
        await HearAsync<SourcePrepared>(m => m.MigrationId == migration && m.Attempt == attempt);
    }

    public static PrepareSource Prepare(Guid migration, string instance, int attempt = 1) =>
        new(migration, StepNames.PrepareSource, attempt, instance, Names.JournalQueue(migration));

    public async Task OpenReplayAsync(Guid migration, bool bind = true)
    {
        var replay = Names.ReplayQueue(migration);
        await _channel.QueueDeclareAsync(replay, durable: true, exclusive: false, autoDelete: false);
        if (bind)
        {
            await _channel.QueueBindAsync(replay, "in", "#");
        }
    }

    public async Task FenceAsync(Guid migration, string queue, string instance) => await _channel.BasicPublishAsync(
        "", queue, mandatory: true,
        new BasicProperties { Headers = new Dictionary<string, object?> { [Headers.Fence] = migration.ToString(), [Headers.FenceInstance] = instance } },
        ReadOnlyMemory<byte>.Empty);

    public Task QuiesceAsync(Guid migration, string instance, int attempt = 1) =>
        TellAsync(instance, new QuiesceSource(migration, StepNames.QuiesceSource, attempt, instance));

    public Task ResumeAsync(Guid migration, string instance, int attempt = 1) =>
        TellAsync(instance, new ResumeSource(migration, StepNames.ResumeSource, attempt, instance));

    public Task PromoteAsync(Guid migration, string instance, long epoch = 2, int attempt = 1) =>
        TellAsync(instance, new PromoteShadow(migration, StepNames.PromoteShadow, attempt, instance, epoch));

    public async Task CloseReplayAsync(Guid migration)
    {
        await _channel.QueueDeleteAsync(Names.ReplayQueue(migration));
        await _channel.QueueDeleteAsync(Names.JournalQueue(migration));
    }

    /// <summary>Entries as they stand in J; they stay there.</summary>
    public async Task<IReadOnlyList<BasicGetResult>> JournalAsync(Guid migration)
    {
        await using var peek = await _connection.CreateChannelAsync();
        var entries = new List<BasicGetResult>();
        while (await peek.BasicGetAsync(Names.JournalQueue(migration), autoAck: false) is { } entry)
        {
            entries.Add(entry);
        }
        return entries;
    }

    public async Task<uint> ReadyAsync(string queue) => (await _channel.QueueDeclarePassiveAsync(queue)).MessageCount;

    public async Task<T> HearAsync<T>(Func<T, bool>? which = null)
        where T : IMigrationMessage
    {
        await UntilAsync(() => Heard.OfType<T>().Any(m => which?.Invoke(m) ?? true),
            () => $"{typeof(T).Name} was not heard; heard: {string.Join("; ", Heard.Where(m => m is not ReplayProgressed))}");
        return Heard.OfType<T>().First(m => which?.Invoke(m) ?? true);
    }

    public static async Task UntilAsync(Func<bool> condition, Func<string> missing)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, missing());
            await Task.Delay(Look);
        }
    }

    public static Task AppliedAsync(FoldingWorkload workload, int count) => UntilAsync(
        () => workload.Applied.Count >= count,
        () => $"{workload.InstanceId} has applied {workload.Applied.Count} of {count}: {string.Join("\n", workload.Log)}");

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task ConsumeAsync(IChannel channel, string exchange, Action<BasicDeliverEventArgs> take)
    {
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            take(delivery);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
    }
}

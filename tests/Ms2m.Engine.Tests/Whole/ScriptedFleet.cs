using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Ms2m.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Stands for any number of nodes and workloads on the real broker. Every migration succeeds, and each takes as
/// long as a test says.</summary>
public sealed class ScriptedFleet : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string[] _nodes;

    private ScriptedFleet(IConnection connection, IChannel channel, string[] nodes)
    {
        _connection = connection;
        _channel = channel;
        _nodes = nodes;
    }

    /// <summary>What nodes are told outside migrations, by type name, with the node that was told.</summary>
    public ConcurrentQueue<(string Type, string Node, JsonElement Body)> Ordered { get; } = new();

    /// <summary>How long a checkpoint takes: what a slot is held for, in the main.</summary>
    public Func<Guid, TimeSpan> Takes { get; set; } = _ => TimeSpan.Zero;

    public static async Task<ScriptedFleet> StartAsync(Uri broker, params string[] nodes)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var fleet = new ScriptedFleet(connection, channel, nodes);
        await channel.ExchangeDeclareAsync(Names.Migrations, ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Names.NodeReports, ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Names.Control, ExchangeType.Direct, durable: true);
        foreach (var node in nodes)
        {
            await channel.ExchangeDeclareAsync(Names.Node(node), ExchangeType.Fanout, durable: true);
            await fleet.ListenAsync(Names.Node(node), "", node);
        }

        return fleet;
    }

    /// <summary>All nodes' heartbeats, with the workloads where they are said to run.</summary>
    public async Task ReportAsync(IReadOnlyDictionary<string, string> nodeOf)
    {
        foreach (var workload in nodeOf.Keys)
        {
            await _channel.QueueDeclareAsync(workload, true, false, false);
            await ListenAsync(Names.Control, Source(workload), "");
        }

        foreach (var node in _nodes)
        {
            await ReportAsync(node, [.. nodeOf.Where(one => one.Value == node).Select(one => Active(Source(one.Key), one.Key))]);
        }
    }

    /// <summary>One node's heartbeat.</summary>
    public Task ReportAsync(string node, params InstanceReported[] instances) => SendAsync(Names.NodeReports, new NodeReported(
        node, $"http://{node}:8490", DateTimeOffset.UtcNow, 600_000, new Dictionary<string, string>(),
        2, 8L << 30, 4L << 30, 2L << 30, [], instances));

    public static InstanceReported Active(string instance, string workload) => new(
        instance, new WorkloadSpec(workload, "image", workload, new Dictionary<string, string>()),
        InstanceRole.Active, 1, "running", 60L << 20, null);

    public Task SendAsync(string exchange, object message)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            MessageId = Guid.NewGuid().ToString(),
            Persistent = true,
            // Engine, workers and instances are one user here.
            UserId = LabSettings.Uri("MS2M_BROKER_URI").UserInfo.Split(':')[0],
            Headers = new Dictionary<string, object?> { [Headers.MessageType] = Headers.Urn(message.GetType()) },
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ContractJson.Options);
        return _channel.BasicPublishAsync(exchange, "", true, properties, body).AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private const string AsSource = "-source";

    private static string Source(string workload) => workload + AsSource;

    private static string ShadowOf(string source, Guid migration) => Names.ShadowInstance(source[..^AsSource.Length], migration);

    private async Task ListenAsync(string exchange, string key, string node)
    {
        var queue = await _channel.QueueDeclareAsync("", false, true, true);
        await _channel.QueueBindAsync(queue.QueueName, exchange, key);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var urn = Encoding.UTF8.GetString((byte[])delivery.BasicProperties.Headers![Headers.MessageType]!);
            // Not awaited: one migration's checkpoint must not hold up the answers to the others.
            _ = AnswerAsync(urn.Split(';')[0].Split(':')[^1], JsonDocument.Parse(delivery.Body.ToArray()).RootElement, node);
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue.QueueName, true, consumer);
    }

    private async Task AnswerAsync(string type, JsonElement body, string node)
    {
        if (type is nameof(RunWorkload) or nameof(StopWorkload) or nameof(ExpectBase) or nameof(SendBase) or nameof(DropBase))
        {
            Ordered.Enqueue((type, node, body));
            return;
        }

        var id = body.GetProperty("migrationId").GetGuid();
        if (type == nameof(TakeCheckpoint))
        {
            await Task.Delay(Takes(id), TimeProvider.System);
        }

        if (type == nameof(RestoreShadow))
        {
            await ListenAsync(Names.Control, body.GetProperty("instanceId").GetString()!, node);
        }

        foreach (var answer in Answers(
            type, id, body.GetProperty("step").GetString()!, body.GetProperty("attempt").GetInt32(), node,
            body.TryGetProperty("instanceId", out var instance) ? instance.GetString()! : ""))
        {
            await SendAsync(Names.Migrations, answer);
        }
    }

    private static IEnumerable<object> Answers(string type, Guid id, string step, int attempt, string node, string instance) =>
        type switch
        {
            nameof(ReserveTarget) => [new TargetReserved(id, step, attempt, node, $"http://{node}/x", 1L << 30)],
            nameof(PrepareSource) => [new SourcePrepared(id, step, attempt, instance)],
            nameof(TakeCheckpoint) =>
            [
                new CheckpointTaken(id, step, attempt, node, 70, 180),
                new TransferCompleted(id, StepNames.SendCheckpoint, attempt, node, 60 << 20, "digest", 20),
            ],
            nameof(RestoreShadow) =>
            [
                new ShadowReady(id, step, attempt, node, instance, 200),
                new ShadowAttached(id, instance, 3),
                new ReplayProgressed(id, instance, 10, 1, 10, 50),
                new ReplayProgressed(id, instance, 20, 1, 10, 100),
            ],
            nameof(QuiesceSource) =>
            [
                new JournalClosed(id, step, attempt, instance, 32, "chain", "state"),
                new ReplayCaughtUp(id, StepNames.VerifyHandoff, 1, ShadowOf(instance, id), 32, "chain", "state"),
            ],
            nameof(PromoteShadow) => [new ShadowPromoted(id, step, attempt, instance, 2, 29)],
            nameof(ActivateInstance) => [new InstanceActivated(id, step, attempt, node, instance)],
            nameof(RemoveInstance) => [new InstanceRemoved(id, step, attempt, node, instance)],
            nameof(ResumeSource) => [new SourceResumed(id, step, attempt, instance)],
            nameof(DiscardCheckpoint) => [new CheckpointDiscarded(id, step, attempt, node)],
            _ => [],
        };
}

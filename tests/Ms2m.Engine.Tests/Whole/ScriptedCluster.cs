using System.Text;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Stands for two node workers and two instances of a workload, on the real broker: answers every command at
/// once, or as a test says. What the engine needs beyond that is the engine's own share of the time.</summary>
public sealed class ScriptedCluster : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    /// <summary>Migrations whose source has said its last word.</summary>
    private readonly HashSet<Guid> _closed = [];

    private ScriptedCluster(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    /// <summary>Every command received, by type name, in order.</summary>
    public List<(string Type, JsonElement Body)> Received { get; } = [];

    /// <summary>Told of every command's type and traceparent.</summary>
    public Action<string, string?> Heard { get; set; } = (_, _) => { };

    /// <summary>What both nodes report to run.</summary>
    public Dictionary<string, string> Versions { get; } = [];

    /// <summary>Whether the target's node reports what it has restored or started, as workers do at once.</summary>
    public bool ReportsCopies { get; set; } = true;

    /// <summary>Replaces the usual answers to one command.</summary>
    public Dictionary<string, Func<JsonElement, IEnumerable<object>>> Instead { get; } = [];

    public string Workload { get; private init; } = "";

    public static async Task<ScriptedCluster> StartAsync(Uri broker, string workload)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var cluster = new ScriptedCluster(connection, channel) { Workload = workload };
        await channel.ExchangeDeclareAsync(Names.Migrations, ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Names.NodeReports, ExchangeType.Fanout, durable: true);
        await channel.ExchangeDeclareAsync(Names.Control, ExchangeType.Direct, durable: true);
        await channel.QueueDeclareAsync(workload, true, false, false);
        await channel.ExchangeDeclareAsync(workload + ".in", ExchangeType.Topic, durable: true);
        await channel.QueueBindAsync(workload, workload + ".in", "#");
        foreach (var node in new[] { "node-a", "node-b" })
        {
            await channel.ExchangeDeclareAsync(Names.Node(node), ExchangeType.Fanout, durable: true);
            await cluster.ListenAsync(Names.Node(node), "");
        }

        await cluster.ListenAsync(Names.Control, cluster.Source);
        return cluster;
    }

    public string Source => $"{Workload}-source";

    /// <summary>What the workload is; a consumer of the queue of its name unless a test says otherwise.</summary>
    public Func<WorkloadSpec, WorkloadSpec> Declares { get; set; } = spec => spec;

    public WorkloadSpec Spec => Declares(new(Workload, "image", Workload, new Dictionary<string, string>()));

    /// <summary>Both nodes' heartbeats.</summary>
    public async Task ReportAsync(string sourceState = "running")
    {
        await SendAsync(Names.NodeReports, Report("node-a", new InstanceReported(
            Source, Spec, InstanceRole.Active, 1, sourceState, 60L << 20, null)));
        await SendAsync(Names.NodeReports, Report("node-b"));
    }

    /// <summary>One node's heartbeat.</summary>
    public Task ReportOfAsync(string node, params string[] instances) => SendAsync(Names.NodeReports, Report(
        node, [.. instances.Select(one => new InstanceReported(one, Spec, InstanceRole.Active, 2, "running", 60L << 20, null))]));

    /// <param name="answered">The command that it answers, for its times.</param>
    public Task SendAsync(string exchange, object message, Arrival? answered = null)
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
        Arrival.Stamp((name, value) => properties.Headers[name] = value, answered, DateTimeOffset.UtcNow);
        var body = JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ContractJson.Options);
        return _channel.BasicPublishAsync(exchange, "", true, properties, body).AsTask();
    }

    /// <summary>A body without a word about it.</summary>
    public Task SendUntypedAsync(string exchange, string body) =>
        _channel.BasicPublishAsync(exchange, "", true, Encoding.UTF8.GetBytes(body)).AsTask();

    public async Task<bool> ExistsAsync(string queue) => await LookAtAsync(queue) is not null;

    /// <summary>How many messages wait in a queue; 0 where there is none.</summary>
    public async Task<uint> CountAsync(string queue) => (await LookAtAsync(queue))?.MessageCount ?? 0;

    public bool Has(string command)
    {
        lock (Received)
        {
            return Received.Any(one => one.Type == command);
        }
    }

    /// <summary>The newest command of a type.</summary>
    public JsonElement BodyOf(string command)
    {
        lock (Received)
        {
            return Received.Last(one => one.Type == command).Body;
        }
    }

    /// <summary>A queue that gets a copy of all that comes into the other from now on. That one is made when it is first
    /// needed, and to ask for a queue in the moment of its making costs the connection.</summary>
    public async Task<string> CopyOfAsync(string queue)
    {
        await _channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true);
        var copy = (await _channel.QueueDeclareAsync()).QueueName;
        await _channel.QueueBindAsync(copy, queue, "");
        return copy;
    }

    /// <summary>The next message of a queue; null where there is none.</summary>
    public async Task<BasicGetResult?> TakeAsync(string queue) => await _channel.BasicGetAsync(queue, autoAck: true);

    private async Task<QueueDeclareOk?> LookAtAsync(string queue)
    {
        await using var channel = await _connection.CreateChannelAsync();
        try
        {
            return await channel.QueueDeclarePassiveAsync(queue);
        }
        catch (OperationInterruptedException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private NodeReported Report(string node, params InstanceReported[] instances) => new(
        node, $"http://{node}:8490", DateTimeOffset.UtcNow, 600_000, Versions,
        2, 8L << 30, 4L << 30, 2L << 30, [new NodeFeature(Requirements.WorkloadNetwork, true, "")], instances);

    private async Task ListenAsync(string exchange, string key)
    {
        var queue = await _channel.QueueDeclareAsync("", false, true, true);
        await _channel.QueueBindAsync(queue.QueueName, exchange, key);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            var urn = Encoding.UTF8.GetString((byte[])delivery.BasicProperties.Headers![Headers.MessageType]!);
            var type = urn.Split(';')[0].Split(':')[^1]; // the contract itself comes first, then its interfaces
            var body = JsonDocument.Parse(delivery.Body.ToArray()).RootElement;
            var arrival = Arrival.Of(delivery.BasicProperties.Headers.TryGetValue(Headers.Sent, out var sent) ? sent : null,
                delivery.BasicProperties.Headers.TryGetValue(Headers.TraceParent, out var trace) ? trace : null, DateTimeOffset.UtcNow);
            Heard(type, arrival.Trace);
            lock (Received)
            {
                Received.Add((type, body));
            }

            var answers = Instead.TryGetValue(type, out var instead) ? instead(body) : await UsualAsync(type, body);
            foreach (var answer in answers)
            {
                if (ReportsCopies && answer is (ShadowReady or InstanceStarted))
                {
                    await ReportOfAsync("node-b", Names.ShadowInstance(Workload, body.GetProperty("migrationId").GetGuid()));
                }

                // The last one is the shadow's report, which nobody asked for.
                await SendAsync(Names.Migrations, answer, answer is IStepMessage and not ReplayCaughtUp ? arrival : null);
            }
        };
        await _channel.BasicConsumeAsync(queue.QueueName, true, consumer);
    }

    private async Task<IEnumerable<object>> UsualAsync(string type, JsonElement body)
    {
        if (type is nameof(StopWorkload) or nameof(RunWorkload))
        {
            return [];
        }

        var id = body.GetProperty("migrationId").GetGuid();
        var step = body.GetProperty("step").GetString()!;
        var attempt = body.GetProperty("attempt").GetInt32();
        var shadow = Names.ShadowInstance(Workload, id);
        switch (type)
        {
            case nameof(ReserveTarget):
                return [new TargetReserved(id, step, attempt, "node-b", "http://node-b/x", 1L << 30)];
            case nameof(PrepareSource):
                return [new SourcePrepared(id, step, attempt, Source)];
            case nameof(TakeCheckpoint):
                return
                [
                    new CheckpointTaken(id, step, attempt, "node-a", 70, 180),
                    new TransferCompleted(id, StepNames.SendCheckpoint, attempt, "node-a", 60 << 20, "digest", 20),
                ];
            case nameof(RestoreShadow):
                if (body.GetProperty("keepsConnections").GetBoolean())
                {
                    // It knows nothing of the broker.
                    return [new ShadowReady(id, step, attempt, "node-b", shadow, 200)];
                }

                await ListenAsync(Names.Control, shadow);
                if (_closed.Contains(id))
                {
                    return
                    [
                        new ShadowReady(id, step, attempt, "node-b", shadow, 200),
                        new ShadowAttached(id, shadow, 32),
                        new ReplayCaughtUp(id, StepNames.VerifyHandoff, 1, shadow, 32, "chain", "state"),
                    ];
                }

                return
                [
                    new ShadowReady(id, step, attempt, "node-b", shadow, 200),
                    new ShadowAttached(id, shadow, 3),
                    new ReplayProgressed(id, shadow, 10, 1, 10, 50),
                    new ReplayProgressed(id, shadow, 20, 1, 10, 100),
                    new ReplayProgressed(id, shadow, 30, 1, 10, 150),
                ];
            case nameof(QuiesceSource):
                _closed.Add(id);
                return
                [
                    new JournalClosed(id, step, attempt, Source, 32, "chain", "state"),
                    new ReplayCaughtUp(id, StepNames.VerifyHandoff, 1, shadow, 32, "chain", "state"),
                ];
            case nameof(PromoteShadow):
                return [new ShadowPromoted(id, step, attempt, shadow, 2, 29)];
            case nameof(ActivateInstance):
                return [new InstanceActivated(id, step, attempt, "node-b", shadow)];
            case nameof(RemoveInstance):
                var removed = body.GetProperty("instanceId").GetString()!;
                return [new InstanceRemoved(id, step, attempt, removed == Source ? "node-a" : "node-b", removed)];
            case nameof(ResumeSource):
                return [new SourceResumed(id, step, attempt, Source)];
            case nameof(PreCopy):
                return [new PreCopied(id, step, attempt, "node-a", [new PreCopyRound(60 << 20, 60 << 20, null, 900)], "few pages are left")];
            case nameof(FreezeInstance):
                return [new InstanceFrozen(id, step, attempt, "node-a", Source)];
            case nameof(ThawInstance):
                return [new InstanceThawed(id, step, attempt, "node-a", Source)];
            case nameof(ReviveSource):
                return [new SourceRevived(id, step, attempt, "node-a", Source)];
            case nameof(StartInstance):
                return [new InstanceStarted(id, step, attempt, "node-b", shadow, 300)];
            case nameof(DiscardCheckpoint):
                return [new CheckpointDiscarded(id, step, attempt, "node-a")];
            default:
                return [];
        }
    }
}

using System.Diagnostics;
using Ms2m.Contracts;
using Ms2m.Workload.Tests.Lab;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Xunit.Abstractions;

namespace Ms2m.Workload.Tests.OnTheBroker;

/// <summary>What the SDK costs while nothing is being moved, against the barest consumer that acknowledges each message.</summary>
public sealed class CostTests(Broker broker, ITestOutputHelper output) : IClassFixture<Broker>
{
    private const int Count = 20_000;
    private const ushort Window = 32;
    private readonly string _queue = $"q-{Guid.NewGuid():N}";

    [Fact]
    public async Task outside_a_migration_it_keeps_up_with_a_bare_consumer_and_writes_no_journal()
    {
        await FillAsync();
        var bare = await BareAsync();
        await FillAsync();
        var withSdk = await WithSdkAsync();
        output.WriteLine($"bare consumer {Count / bare.TotalSeconds:0}/s, with the SDK {Count / withSdk.TotalSeconds:0}/s");
        // Wide, because the machine is shared; a journal or a wait for each message would be far outside.
        Assert.True(withSdk < bare * 2, $"bare {bare}, with the SDK {withSdk}");
    }

    [Fact]
    public async Task a_lost_connection_is_replaced_within_a_blink()
    {
        await using var engine = await EngineStandIn.StartAsync(broker);
        await using var source = FoldingWorkload.Start(broker, _queue);
        await source.ConnectedAsync();
        var took = new List<double>();
        for (var n = 0; n < 4; n++)
        {
            var before = source.Log.Count(l => l.StartsWith("connected", StringComparison.Ordinal));
            var watch = Stopwatch.StartNew();
            source.Disconnect();
            await EngineStandIn.UntilAsync(
                () => source.Log.Count(l => l.StartsWith("connected", StringComparison.Ordinal)) > before, () => "no connection");
            took.Add(watch.Elapsed.TotalMilliseconds);
            // Short-lived connections are followed by pauses, on purpose.
            await Task.Delay(2100);
        }
        took.Sort();
        output.WriteLine($"reconnected in {took[0]:0.0} to {took[^1]:0.0} ms, median {took[2]:0.0} ms");
        Assert.True(took[2] < 200, $"median {took[2]} ms");
    }

    private async Task<TimeSpan> BareAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, Window, false);
        var done = new TaskCompletionSource();
        var count = 0;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await channel.BasicAckAsync(delivery.DeliveryTag, false);
            if (++count == Count)
            {
                done.SetResult();
            }
        };
        var watch = Stopwatch.StartNew();
        await channel.BasicConsumeAsync(_queue, autoAck: false, consumer);
        await done.Task;
        return watch.Elapsed;
    }

    private async Task<TimeSpan> WithSdkAsync()
    {
        var path = Path.GetTempFileName();
        var file = new InstanceFile("cost", "cost", InstanceRole.Active, 1, broker.Uri.AbsoluteUri);
        await File.WriteAllTextAsync(path, System.Text.Json.JsonSerializer.Serialize(file, ContractJson.Options));
        using var stop = new CancellationTokenSource();
        var count = 0;
        var watch = new Stopwatch();
        await Workload.RunAsync(
            new WorkloadOptions { Queue = _queue, Prefetch = Window, InstanceFilePath = path, Log = _ => { } },
            (_, _) =>
            {
                if (++count == 1)
                {
                    watch.Start();
                }
                if (count == Count)
                {
                    watch.Stop();
                    stop.Cancel();
                }
                return ValueTask.CompletedTask;
            },
            stop.Token);
        File.Delete(path);
        return watch.Elapsed;
    }

    private async Task FillAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, false));
        await channel.QueueDeclareAsync(_queue, durable: true, exclusive: false, autoDelete: false);
        var body = new byte[300];
        for (var n = 0; n < Count; n++)
        {
            await channel.BasicPublishAsync("", _queue, false, new BasicProperties { Persistent = true, MessageId = $"m{n}" }, body);
        }
        while ((await channel.QueueDeclarePassiveAsync(_queue)).MessageCount < Count)
        {
            await Task.Delay(20);
        }
    }
}

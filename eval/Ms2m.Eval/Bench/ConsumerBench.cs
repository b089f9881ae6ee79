using System.Diagnostics;
using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Lab;
using Ms2m.Workload;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ms2m.Eval.Bench;

/// <summary>Drains a full queue with a consumer that acknowledges each message and does nothing else, and then again with the
/// SDK. Both are in this process, with the same window.</summary>
internal static class ConsumerBench
{
    private const ushort Window = 32;

    public static async Task<int> Run(int messages, int runs, bool json, CancellationToken cancel)
    {
        var broker = LabAddresses.FromEnvironment().Broker;
        var queue = $"bench-consumer-{Guid.NewGuid():N}";
        var progress = new Progress();
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancel);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, false), cancel);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancel);
        var (bare, sdk) = (new List<double>(), new List<double>());
        try
        {
            // One pair to warm up, not counted.
            for (var run = 0; run <= runs; run++)
            {
                await Fill(channel, queue, messages, cancel);
                var alone = messages / (await Bare(connection, queue, messages, cancel)).TotalSeconds;
                await Fill(channel, queue, messages, cancel);
                var with = messages / (await WithSdk(broker, queue, messages, cancel)).TotalSeconds;
                progress.Say($"{(run == 0 ? "warm-up" : $"{run}/{runs}")}: bare {alone:0}/s, with the SDK {with:0}/s");
                if (run > 0)
                {
                    bare.Add(alone);
                    sdk.Add(with);
                }
            }
        }
        finally
        {
            await channel.QueueDeleteAsync(queue, cancellationToken: CancellationToken.None);
        }

        var share = Statistics.Of(sdk.Zip(bare, (with, alone) => with / alone))!;
        Console.Out.WriteLine(json
            ? ApiJson.Document(new { messages, barePerSecond = Statistics.Of(bare), sdkPerSecond = Statistics.Of(sdk), sdkShareOfBare = share })
            : $"with the SDK {share.Median:P0} of the bare consumer's rate (median of {share.Count}; {share.Min:P0} to {share.Max:P0})");
        return ExitCodes.Success;
    }

    private static async Task Fill(IChannel channel, string queue, int messages, CancellationToken cancel)
    {
        var body = new byte[300];
        await channel.QueuePurgeAsync(queue, cancel);
        for (var n = 0; n < messages; n++)
        {
            await channel.BasicPublishAsync(
                "", queue, false, new BasicProperties { Persistent = true, MessageId = $"{Guid.NewGuid():N}" }, body, cancel);
        }

        while ((await channel.QueueDeclarePassiveAsync(queue, cancel)).MessageCount < messages)
        {
            await Task.Delay(20, cancel);
        }
    }

    private static async Task<TimeSpan> Bare(IConnection connection, string queue, int messages, CancellationToken cancel)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        await channel.BasicQosAsync(0, Window, false, cancel);
        var drain = new Drain(messages);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            // First: a message that comes back would be one too many in the next run.
            await channel.BasicAckAsync(delivery.DeliveryTag, false, cancel);
            drain.Took();
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancel);
        return await drain.Done.WaitAsync(cancel);
    }

    private static async Task<TimeSpan> WithSdk(Uri broker, string queue, int messages, CancellationToken cancel)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(
                new InstanceFile("bench-consumer", "bench-consumer", InstanceRole.Active, 1, broker.AbsoluteUri), ContractJson.Options), cancel);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var drain = new Drain(messages);
            await Ms2m.Workload.Workload.RunAsync(
                new WorkloadOptions { Queue = queue, Prefetch = Window, InstanceFilePath = path, Log = _ => { } },
                (_, _) =>
                {
                    if (drain.Took())
                    {
                        stop.Cancel();
                    }

                    return ValueTask.CompletedTask;
                },
                stop.Token);
            return await drain.Done.WaitAsync(cancel);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>From the first message to the last; connecting is not measured.</summary>
    private sealed class Drain(int messages)
    {
        private readonly TaskCompletionSource<TimeSpan> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _begun;
        private int _taken;

        public Task<TimeSpan> Done => _done.Task;

        /// <returns>Whether it was the last.</returns>
        public bool Took()
        {
            if (++_taken == 1)
            {
                _begun = Stopwatch.GetTimestamp();
            }

            return _taken == messages && _done.TrySetResult(Stopwatch.GetElapsedTime(_begun));
        }
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Ms2m.EventLog.Streams;
using Ms2m.History.Tests.Runs;
using Ms2m.LogTool.Replaying;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.History.Tests.Replaying;

/// <summary>On the lab's broker, as the user that people have: it may do this much.</summary>
public sealed class PublishingAgain : IAsyncLifetime
{
    private readonly string _exchange = $"ms2m.history.test-{Guid.NewGuid():N}";
    private readonly List<(BasicDeliverEventArgs Delivery, string Body)> _heard = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IReadOnlyList<RecordedEvent> _run = SimulatedRun.Of(2);
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    private static Uri Broker => LabSettings.Uri("MS2M_BROKER_CLIENT_URI");

    public async Task InitializeAsync()
    {
        _connection = await new ConnectionFactory { Uri = Broker }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
        await _channel.ExchangeDeclareAsync(_exchange, ExchangeType.Topic, durable: true);
        var queue = await _channel.QueueDeclareAsync($"{_exchange}.listener", durable: false, exclusive: true);
        await _channel.QueueBindAsync(queue, _exchange, "#");
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            _heard.Add((delivery, Encoding.UTF8.GetString(delivery.Body.Span)));
            if (_heard.Count == _run.Count)
            {
                _all.SetResult();
            }

            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

    public async Task DisposeAsync()
    {
        await _channel.ExchangeDeleteAsync(_exchange);
        await _connection.DisposeAsync();
    }

    [Fact]
    public async Task every_event_comes_again_in_its_order_and_says_what_it_is_a_replay_of()
    {
        Assert.Equal(_run.Count, await new ReplayPublisher(Broker, _exchange, 0, TimeProvider.System).PublishAsync(Events(), default));
        await _all.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(_run.Select(one => one.Alias), _heard.Select(one => one.Delivery.RoutingKey));
        Assert.Equal(_run.Select(one => $"{one.EventId}"), _heard.Select(one => one.Delivery.BasicProperties.MessageId));
        var (first, body) = _heard[3];
        Assert.Equal($"{_run[3].StreamId}", Header(first, "ms2m-replay-of"));
        Assert.Equal("2026-01-01T12:00:", Header(first, "ms2m-original-time")[..17]);
        Assert.Equal($"{_run[3].SeqId}", Header(first, "ms2m-sequence"));
        Assert.Equal("4", Header(first, "ms2m-version"));
        Assert.Equal(_run[3].StreamId, JsonElement.Parse(body).GetProperty("data").GetProperty("migrationId").GetGuid());
    }

    [Fact]
    public async Task it_takes_as_long_as_it_took_divided_by_the_speed()
    {
        var span = _run[^1].Timestamp - _run[0].Timestamp;
        var speed = span.TotalMilliseconds / 400;
        var watch = Stopwatch.StartNew();
        await new ReplayPublisher(Broker, _exchange, speed, TimeProvider.System).PublishAsync(Events(), default);
        Assert.InRange(watch.ElapsedMilliseconds, 395, 10_000);
    }

    [Fact]
    public async Task a_gap_of_months_is_waited_for()
    {
        var time = new TimeThatPasses();
        var months = TimeSpan.FromDays(100);
        RecordedEvent[] far = [_run[0], _run[1] with { Timestamp = _run[0].Timestamp + months }];
        Assert.Equal(2, await new ReplayPublisher(Broker, _exchange, 1, time).PublishAsync(Events(far), default));
        Assert.Equal(months, time.Passed);
    }

    [Fact]
    public async Task the_user_may_publish_history_nowhere_else() => await Assert.ThrowsAnyAsync<OperationInterruptedException>(
        () => new ReplayPublisher(Broker, "ms2m.migrations", 0, TimeProvider.System).PublishAsync(Events(), default));

    private IAsyncEnumerable<RecordedEvent> Events() => Events(_run);

    private static async IAsyncEnumerable<RecordedEvent> Events(IEnumerable<RecordedEvent> events)
    {
        foreach (var one in events)
        {
            await Task.Yield();
            yield return one;
        }
    }

    private static string Header(BasicDeliverEventArgs delivery, string name) =>
        Encoding.UTF8.GetString((byte[])delivery.BasicProperties.Headers![name]!);
}

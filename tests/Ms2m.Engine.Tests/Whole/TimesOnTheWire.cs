using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>When a command left, came and was answered, as the headers of a whole migration say it.</summary>
public sealed class TimesOnTheWire(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private readonly ConcurrentQueue<(string Type, IDictionary<string, object?> Fields)> _seen = new();

    [Fact]
    public void every_time_that_a_clock_can_show_can_be_written_and_read_again()
    {
        var latest = Arrival.Microseconds(DateTimeOffset.MaxValue);
        foreach (var micros in new[] { 0, 1, 1_795_242_610_653_942, latest - 1, latest })
        {
            Assert.Equal(micros, Arrival.Microseconds(Arrival.Time(micros)!.Value));
        }

        Assert.Null(Arrival.Time(latest + 1));
        Assert.Null(Arrival.Time(long.MaxValue));
        Assert.Null(Arrival.Time(-1));
    }

    [Fact]
    public async Task a_command_says_when_it_was_sent_and_nothing_that_its_causes_said()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "timed");
        await using var connection = await ListenAsync(Names.Node("node-a"), Names.Node("node-b"));
        await using var engine = await fixture.StartEngineAsync();
        var before = Arrival.Microseconds(DateTimeOffset.UtcNow);
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WholeMigrations.EndOfAsync(engine, id);

        Assert.Superset(
            new HashSet<string> { nameof(ReserveTarget), nameof(TakeCheckpoint), nameof(RestoreShadow), nameof(ActivateInstance) },
            _seen.Select(one => one.Type).ToHashSet());
        Assert.All(_seen, one =>
        {
            Assert.InRange(Assert.IsType<long>(one.Fields[Headers.Sent]), before, Arrival.Microseconds(DateTimeOffset.UtcNow));
            Assert.DoesNotContain(Headers.Asked, one.Fields.Keys);
            Assert.DoesNotContain(Headers.Received, one.Fields.Keys);
        });
    }

    [Theory]
    [InlineData(nameof(AccessGranted))]
    [InlineData(nameof(ReplayOpened))]
    [InlineData(nameof(ReplayClosed))]
    public async Task the_engines_own_steps_are_answered_with_all_three_times(string answer)
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "own");
        await using var connection = await ListenAsync(Names.Migrations);
        await using var engine = await fixture.StartEngineAsync();
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await WholeMigrations.EndOfAsync(engine, id);
        await Eventually.TrueAsync(() => Task.FromResult(_seen.Any(one => one.Type == answer)), answer);

        var times = _seen.First(one => one.Type == answer).Fields;
        var (asked, received, sent) = ((long)times[Headers.Asked]!, (long)times[Headers.Received]!, (long)times[Headers.Sent]!);
        Assert.InRange(received, asked, sent);
    }

    [Fact]
    public async Task the_log_keeps_the_times_of_an_answer_and_nothing_that_is_no_time()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, "kept");
        await using var engine = await fixture.StartEngineAsync();
        cluster.Instead[nameof(PrepareSource)] = _ => [];
        var id = await WholeMigrations.StartAsync(engine, cluster, Guid.CreateVersion7());
        await Eventually.TrueAsync(() => Task.FromResult(cluster.Has(nameof(PrepareSource))), "the source is told to prepare");
        await cluster.SendAsync(
            Names.Migrations, new SourcePrepared(id, StepNames.PrepareSource, 1, cluster.Source), new Arrival(long.MaxValue, -1));
        await WholeMigrations.EndOfAsync(engine, id);

        var log = await engine.Services.GetRequiredService<ReadStream>().ReadAsync(id, 1, CancellationToken.None);
        var reserved = EventFacts.Of(log.Single(one => one.Data is TargetReserved));
        Assert.True(reserved.Asked <= reserved.Received && reserved.Received <= reserved.Sent && reserved.Sent <= reserved.Arrived, $"{reserved}");
        var prepared = EventFacts.Of(log.Single(one => one.Data is SourcePrepared));
        Assert.Equal((null, null), (prepared.Asked, prepared.Received));
        Assert.NotNull(prepared.Sent);
    }

    private async Task<IConnection> ListenAsync(params string[] exchanges)
    {
        var connection = await new ConnectionFactory { Uri = fixture.Options.Broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        foreach (var exchange in exchanges)
        {
            await channel.QueueBindAsync(queue, exchange, "");
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var fields = delivery.BasicProperties.Headers!;
            _seen.Enqueue((Encoding.UTF8.GetString((byte[])fields[Headers.MessageType]!).Split(';')[0].Split(':')[^1], fields));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return connection;
    }
}

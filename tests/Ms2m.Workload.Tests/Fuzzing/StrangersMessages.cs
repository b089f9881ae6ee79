using System.Globalization;
using System.Text;
using Ms2m.Contracts;
using Ms2m.Fuzzing;
using RabbitMQ.Client;

namespace Ms2m.Workload.Tests.Fuzzing;

/// <summary>Whatever stands in a workload's queues, the workload goes on: a reader that throws would be thrown at again
/// after each redelivery, for ever.</summary>
public sealed class StrangersMessages
{
    private const string Id = "\"migrationId\":\"7b6e9b04-61a6-4f19-9d56-3ccf15ffb2bb\",\"step\":\"s\",\"attempt\":1";

    private static readonly (Type Type, string Json)[] Commands =
    [
        (typeof(PrepareSource), $"{{{Id},\"instanceId\":\"orders-1\",\"journalQueue\":\"ms2m.journal.1\"}}"),
        (typeof(QuiesceSource), $"{{{Id},\"instanceId\":\"orders-1\"}}"),
        (typeof(ResumeSource), $"{{{Id},\"instanceId\":\"orders-1\"}}"),
        (typeof(PromoteShadow), $"{{{Id},\"instanceId\":\"orders-1\",\"epoch\":3}}"),
        (typeof(FenceSeenElsewhere), $"{{{Id},\"instanceId\":\"orders-1\"}}"),
    ];

    [Fact]
    public void a_control_message_is_a_command_or_is_dropped_with_the_reason()
    {
        var obeyed = 0;
        Fuzz.Each(3000, random =>
        {
            var (type, json) = random.Any(Commands);
            var urn = random.Next(8) == 0 ? Mutation.Text(random) : Headers.Urn(type) + (random.Next(8) == 0 ? ";urn:x" : "");

            var (command, why) = ControlCodec.Read(
                random.Any([Names.Control, Names.Control, Names.Control, Names.Peers, ""]), urn, Mutation.Json(random, json));

            Assert.True(command is null ? why.Length > 0 : why.Length == 0);
            if (command is IMigrationMessage { MigrationId: var id })
            {
                Assert.NotEqual(Guid.Empty, id);
                Interlocked.Increment(ref obeyed);
            }
        });
        // Else only refusals would have been tried.
        Assert.InRange(obeyed, 200, 2900);
    }

    [Fact]
    public void half_a_surrogate_pair_is_a_reason_not_an_exception()
    {
        var (command, why) = ControlCodec.Read(
            Names.Control, Headers.Urn(typeof(PrepareSource)), Encoding.UTF8.GetBytes(Commands[0].Json.Replace("orders-1", "\\ud800", StringComparison.Ordinal)));

        Assert.Null(command);
        Assert.NotEmpty(why);
    }

    [Fact]
    public void a_journal_entry_of_any_shape_replays_or_breaks_the_replay_and_never_the_workload()
    {
        Fuzz.Each(3000, random =>
        {
            var replay = new ShadowReplay(Guid.NewGuid(), Chain.Start);
            for (var i = 0; i < 8; i++)
            {
                var (entry, end) = JournalCodec.Read(Properties(random, i + 1), Mutation.Noise(random, 40));
                if (entry is not null)
                    replay.Take(entry);
                if (end is not null)
                    replay.Take(end);
                while (replay.Begin() is { } message)
                {
                    Assert.InRange(message.Time.Year, 1, 9999);
                    Assert.NotNull(message.Headers);
                    replay.Finish(message);
                }
                replay.CheckDeadline(i * 1000, 5000);
            }
            Assert.Equal(replay.Replayed, replay.Chain.Position);
        });
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void a_time_that_no_calendar_has_does_not_stop_the_handler(long time)
    {
        var properties = new BasicProperties
        {
            Headers = new Dictionary<string, object?>
            {
                [Headers.Ordinal] = 1L,
                [Headers.Name] = "id:1",
                [Headers.Kind] = "carried",
                [Headers.Time] = time,
            },
        };
        var replay = new ShadowReplay(Guid.NewGuid(), Chain.Start);

        replay.Take(JournalCodec.Read(properties, default).Entry!);

        Assert.InRange(replay.Begin()!.Time.Year, 1, 9999);
    }

    [Fact]
    public void a_message_of_any_shape_has_a_name_and_always_the_same()
    {
        Fuzz.Each(2000, random =>
        {
            var properties = Properties(random, 1);
            if (random.Next(3) == 0)
                properties.MessageId = Mutation.Text(random);
            var (key, body) = (Mutation.Text(random), Mutation.Noise(random, 100));

            Assert.Equal(MessageName.Of(properties, key, body), MessageName.Of(properties, key, body));
            Assert.NotNull(new Message("n", body, "", key, properties).Headers);
        });
    }

    [Fact]
    public void an_instance_file_is_read_or_said_to_be_unusable()
    {
        var path = Path.GetTempFileName();
        Fuzz.Each(600, random =>
        {
            File.WriteAllBytes(path, Mutation.Json(random, """
                {"instanceId":"orders-1","workload":"orders","role":"Active","epoch":1,"brokerUri":"amqp://u:p@h:1/v"}
                """));

            var (file, why) = new InstanceFileReader(path).Read();

            Assert.True(file is null ? why.Length > 0 : file is { InstanceId.Length: > 0, Workload.Length: > 0 });
        });
        File.Delete(path);
    }

    private static BasicProperties Properties(Random random, long ordinal)
    {
        var headers = new Dictionary<string, object?>
        {
            [Headers.Ordinal] = ordinal,
            [Headers.Name] = Encoding.UTF8.GetBytes($"id:{ordinal}"),
            [Headers.Kind] = random.Any(["carried", "named", "close"]),
            [Headers.Time] = 1_700_000_000_000L,
            [Headers.Exchange] = "e",
            [Headers.RoutingKey] = "k",
            [Headers.Unsettled] = 3L,
            ["tenant"] = "x",
        };
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var name = random.Any([.. headers.Keys]);
            if (random.Next(4) == 0)
                headers.Remove(name);
            else
                headers[name] = Value(random, 3);
        }
        return new BasicProperties { Headers = random.Next(30) == 0 ? null : headers };
    }

    private static object? Value(Random random, int depth) => random.Next(depth > 0 ? 12 : 9) switch
    {
        0 => null,
        1 => random.Any([long.MinValue, long.MaxValue, 0L, -1L, 2L]),
        2 => random.Any([int.MinValue, int.MaxValue, 1]),
        3 => Mutation.Text(random),
        4 => Mutation.Noise(random, 30),
        5 => random.NextDouble().ToString(CultureInfo.InvariantCulture),
        6 => new AmqpTimestamp(random.NextInt64()),
        7 => double.NaN,
        8 => decimal.MaxValue,
        9 => new List<object?> { Value(random, depth - 1), Value(random, depth - 1) },
        10 => new Dictionary<string, object?> { [Mutation.Text(random)] = Value(random, depth - 1) },
        _ => new BinaryTableValue(Mutation.Noise(random, 20)),
    };
}

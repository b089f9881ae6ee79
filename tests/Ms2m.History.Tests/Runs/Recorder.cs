using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations;

namespace Ms2m.History.Tests.Runs;

/// <summary>Does what the engine does with a message: decides, and keeps what it would store.</summary>
internal sealed class Recorder(Guid id, bool headers)
{
    private static readonly EventTypes _types = MigrationEvents.Register(new EventTypes());
    private int _messages;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public MigrationState State { get; private set; } = Migration.Initial;

    public List<RecordedEvent> Events { get; } = [];

    /// <summary>Added to the time of day, not to the monotonic clock.</summary>
    public double ClockSetByMs { get; set; }

    /// <param name="atMs">When the engine decides, since the start.</param>
    /// <param name="way">When the message that it decides upon was asked for, received, sent and had, where it says so.</param>
    public IReadOnlyList<Outgoing> Tell(IMigrationMessage input, double atMs, Way? way = null)
    {
        var decision = Migration.Decide(State, input, Time(atMs));
        var cause = Number(++_messages);
        foreach (var data in decision.Events)
        {
            State = Migration.Evolve(State, data);
            var number = Events.Count + 1;
            Events.Add(new RecordedEvent(
                number + 100, Number(1000 + number), id, number, data, _types.AliasOf(data.GetType()), 1, Time(atMs).AddMilliseconds(ClockSetByMs),
                $"{Number(7)}", $"{cause}", headers ? Facts(atMs, way) : new Dictionary<string, string>()));
        }

        return decision.Messages;
    }

    public static DateTimeOffset Time(double ms) => Start.AddMicroseconds(Math.Round(ms * 1000));

    private Guid Number(int number) => new(number, 1, 2, id.ToByteArray()[8..]);

    private static Dictionary<string, string> Facts(double atMs, Way? way)
    {
        var facts = new Dictionary<string, string>
        {
            [EventHeaders.Author] = "engine",
            [EventHeaders.Engine] = "host-1/7",
            [EventHeaders.Version] = "0.1.0",
            [EventHeaders.Clock] = "boot-1",
            [EventHeaders.MonotonicMs] = FormattableString.Invariant($"{5_000_000 + atMs:0.000}"),
        };
        foreach (var (name, time) in new[]
        {
            (EventHeaders.Asked, way?.AskedMs), (EventHeaders.Received, way?.ReceivedMs), (EventHeaders.Sent, way?.SentMs),
            (EventHeaders.Arrived, way?.ArrivedMs),
        })
        {
            if (time is { } ms)
            {
                facts[name] = EventFacts.Text(Time(ms));
            }
        }

        return facts;
    }
}

/// <summary>The times on the way of a command and its answer; received and sent are on the answerer's clock.</summary>
internal sealed record Way(double? AskedMs, double? ReceivedMs, double? SentMs, double ArrivedMs);

using System.Globalization;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations;

namespace Ms2m.History.MadeUp;

/// <summary>A migration that never ran, as the engine would have written it: the real decisions over made-up answers. For
/// measuring the log at a size that no lab can fill, and for tests.</summary>
public sealed class MadeUpMigration
{
    private static readonly Dictionary<string, string> _versions = new()
    {
        ["criu"] = "4.2.1",
        ["kernel"] = "6.18",
        ["podman"] = "5.8.6",
        ["runc"] = "1.3.6",
        ["worker"] = "0.1.0",
    };

    private readonly Random _random;
    private readonly string _source;
    private readonly string _target;
    private readonly string _workload;
    private readonly string _instance;
    private readonly MadeUpAnswers _answers;
    private readonly PriorityQueue<Arrival, (DateTimeOffset, int)> _coming = new();
    private readonly List<Append> _appends = [];
    private int _order;
    private DateTimeOffset _decided;

    private MadeUpMigration(Guid id, Random random, MadeUpFate fate)
    {
        (Id, _random) = (id, random);
        _workload = $"orders-{random.Next(8)}";
        var nodes = random.GetItems(["node-a", "node-b", "node-c"], 3);
        (_source, _target) = (nodes[0], nodes[0] == "node-b" ? "node-c" : "node-b");
        _instance = $"{_workload}-1";
        _answers = new MadeUpAnswers(random, fate, _workload, _source, _target, _instance);
    }

    /// <summary>The events of one decision, with what the log says beside them.</summary>
    public sealed record Append(EventMetadata Metadata, IReadOnlyList<EventToAppend> Events);

    private sealed record Arrival(IMigrationMessage Message, string Author, DateTimeOffset? Asked, DateTimeOffset? Received, DateTimeOffset? Sent);

    public Guid Id { get; }

    /// <summary>The fold of its events.</summary>
    public MigrationState State { get; private set; } = Migration.Initial;

    public IReadOnlyList<Append> Appends => _appends;

    /// <summary>The same seed makes the same migration.</summary>
    public static MadeUpMigration Run(int seed, DateTimeOffset at, MadeUpFate fate)
    {
        var random = new Random(seed);
        var bytes = new byte[16];
        random.NextBytes(bytes);
        // Version 7, as the engine makes them: ids rise with time.
        var stamp = at.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
        {
            bytes[i] = (byte)(stamp >> (40 - (8 * i)));
        }

        (bytes[6], bytes[8]) = ((byte)(0x70 | (bytes[6] & 0x0f)), (byte)(0x80 | (bytes[8] & 0x3f)));
        var migration = new MadeUpMigration(new Guid(bytes, bigEndian: true), random, fate);
        migration.Play(at, fate);
        return migration;
    }

    private void Play(DateTimeOffset at, MadeUpFate fate)
    {
        var start = new StartMigration(Id, fate == MadeUpFate.IsRejected ? "nobodys" : _workload, _target, RequestedBy: "generator");
        Come(at, new Arrival(new Asked(start, [Report(_source, at), Report(_target, at)], Id, Line.Empty), "client", null, null, at));
        if (fate == MadeUpFate.IsCancelled)
        {
            var cancel = at + TimeSpan.FromMilliseconds(_random.Next(50, 500));
            Come(cancel, new Arrival(new CancelMigration(Id, "generator"), "client", null, null, cancel));
        }

        while (State is not MigrationState.Ended && _coming.TryDequeue(out var arrival, out var when))
        {
            Decide(arrival, when.Item1);
        }
    }

    private void Decide(Arrival arrival, DateTimeOffset arrived)
    {
        // Messages of one migration take turns.
        var now = (arrived > _decided ? arrived : _decided) + TimeSpan.FromMicroseconds(_random.Next(600, 2_500));
        _decided = now;
        var decision = Migration.Decide(State, arrival.Message is StepOverdue overdue && Migration.NeedsTheNodes(State, overdue, out _)
            ? new Overdue(overdue, false)
            : arrival.Message, now);
        if (decision.Events.Count > 0)
        {
            Record(arrival, arrived, now, decision.Events);
        }

        var asked = now + TimeSpan.FromMicroseconds(_random.Next(800, 3_000));
        foreach (var outgoing in decision.Messages)
        {
            if (outgoing is Outgoing.AtTime timer)
            {
                Come(timer.DueAt, new Arrival(timer.Message, "engine", null, null, timer.DueAt));
                continue;
            }

            var sent = outgoing is Outgoing.ToBroker { Delay: var delay } ? asked + delay : asked;
            var received = sent + TimeSpan.FromMicroseconds(_random.Next(500, 2_000));
            foreach (var answer in _answers.To(outgoing.Message))
            {
                var answered = received + answer.Work;
                Come(answered + TimeSpan.FromMicroseconds(_random.Next(500, 2_000)), new Arrival(
                    answer.Message, Author(outgoing), answer.Asked ? sent : null, answer.Asked ? received : null, answered));
            }
        }
    }

    private void Record(Arrival arrival, DateTimeOffset arrived, DateTimeOffset now, IReadOnlyList<IMigrationMessage> events)
    {
        var shared = new Dictionary<string, string>
        {
            [EventHeaders.Author] = arrival.Author,
            [EventHeaders.Engine] = "engine:1",
            [EventHeaders.Version] = "0.1.0",
            [EventHeaders.Clock] = "made-up",
            [EventHeaders.MonotonicMs] = (now - DateTimeOffset.UnixEpoch).TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture),
            [EventHeaders.Arrived] = EventFacts.Text(arrived),
        };
        Put(EventHeaders.Asked, arrival.Asked);
        Put(EventHeaders.Received, arrival.Received);
        Put(EventHeaders.Sent, arrival.Sent);
        var rows = new List<EventToAppend>();
        foreach (var @event in events)
        {
            rows.Add(new EventToAppend(@event, NewId(), EventPlace.HeadersOf(@event, State)));
            State = Migration.Evolve(State, @event);
        }

        _appends.Add(new Append(new EventMetadata(now, Id.ToString(), NewId().ToString(), shared), rows));

        void Put(string name, DateTimeOffset? time)
        {
            if (time is { } known)
            {
                shared[name] = EventFacts.Text(known);
            }
        }
    }

    private void Come(DateTimeOffset at, Arrival arrival) => _coming.Enqueue(arrival, (at, _order++));

    private Guid NewId()
    {
        var bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static string Author(Outgoing outgoing) => outgoing switch
    {
        Outgoing.ToNode node => Names.NodeUser(node.Node),
        Outgoing.ToInstance instance => Names.InstanceUser(instance.InstanceId),
        _ => "engine",
    };

    private NodeReported Report(string node, DateTimeOffset at) => new(
        node, $"https://{node}:8490", at, 2_000, _versions, 2, 8L << 30, 4L << 30, 2L << 30, [],
        node == _source
            ? [new InstanceReported(_instance, Spec, InstanceRole.Active, 1, "running", 40L << 20, null)]
            : []);

    private WorkloadSpec Spec => new(
        _workload, "localhost/ms2m/orders:latest", _workload, new Dictionary<string, string> { ["MS2M_QUEUE"] = _workload });
}

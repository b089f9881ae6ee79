using System.Text;
using Ms2m.Contracts;

namespace Ms2m.Workload.Tests.Pure;

/// <summary>A broker, an engine, a source and its copy, and everything that can happen between them; which of it happens
/// next is chosen from outside. The pure parts are the product's own.</summary>
internal sealed class World
{
    public const string SourceId = "s";
    public const string ShadowId = "t";
    public static readonly Guid Migration = Guid.Parse("11111111-1111-1111-1111-111111111111");

    private readonly Plot _plot;
    private readonly Queue<int> _choices;
    private readonly SortedDictionary<long, Queued> _queue = [];
    private readonly List<Message> _onTheWayToReplay = [];
    private readonly List<IMigrationMessage> _heard = [];
    private long _place;
    private int _published;
    private bool _bound;
    private bool _fenced;
    private bool _promoting;
    private bool _resuming;
    private int _repeats;

    public World(Plot plot, IEnumerable<int> choices)
    {
        (_plot, _choices) = (plot, new Queue<int>(choices));
        Source = new Node(this, new Instance(plot.Window), SourceId, []);
        Source.Link(File(Source));
    }

    public Node Source { get; }

    public Node? Shadow { get; private set; }

    public List<(JournalEntry? Entry, JournalEnd? End)> Journal { get; } = [];

    public List<Message> Replay { get; } = [];

    public List<string> Effects { get; } = [];

    public List<string> Dead { get; } = [];

    public List<string> Trace { get; } = [];

    public bool SourceDied => !Source.Alive;

    public int LinksLost { get; private set; }

    /// <summary>Who is the workload at the end.</summary>
    public Node Survivor => Shadow is { Alive: true, Memory.Role: InstanceRole.Active } ? Shadow : Source;

    public bool Promoted => _heard.OfType<ShadowPromoted>().Any();

    public IEnumerable<string> Published => Enumerable.Range(0, _published).Select(Name);

    /// <summary>Anything that is to be decided: a later choice when the given ones are used up is 0.</summary>
    public int Choose(int count) => count <= 1 ? 0 : (_choices.TryDequeue(out var choice) ? choice : 0) % count;

    public bool Fails(string name) => _plot.Fails.Contains(name);

    public void Hear(IMigrationMessage message)
    {
        Trace.Add($"    heard {message}");
        _heard.Add(message);
        if (message is HandoffBroken broken)
        {
            throw new InvalidOperationException($"broken: {broken.Reason}\n{string.Join('\n', Trace)}");
        }
    }

    public void Requeue(IEnumerable<Queued> returned)
    {
        foreach (var each in returned)
        {
            _queue[each.Place] = each with { Redelivered = true, Message = each.Message is null ? null : Fresh(each.Message) };
        }
    }

    public static Message Fresh(Message message) =>
        new(message.Name, message.Body, message.Exchange, message.RoutingKey, null) { TimeMs = 0 };

    /// <summary>Random moves while there are choices, then everything in turn until nothing is left to do.</summary>
    public void Run()
    {
        while (_choices.TryDequeue(out var choice))
        {
            var moves = Moves(faults: true).ToList();
            if (moves.Count > 0)
            {
                Do(moves[choice % moves.Count]);
            }
        }
        for (var turns = 0; ; turns++)
        {
            var moves = Moves(faults: false).ToList();
            if (moves.Count == 0)
            {
                return;
            }
            if (turns > 1_500)
            {
                throw new InvalidOperationException("it does not come to rest:\n" + string.Join('\n', Trace.TakeLast(60)));
            }
            Do(moves[turns % moves.Count]);
        }
    }

    private void Do((string What, Action Act) move)
    {
        Trace.Add(move.What);
        move.Act();
    }

    private IEnumerable<(string What, Action Act)> Moves(bool faults)
    {
        if (_published < _plot.Messages)
        {
            yield return ($"publish {_published}", Publish);
        }
        if (_onTheWayToReplay.Count > 0)
        {
            yield return ("R takes one", RouteToReplay);
        }
        foreach (var node in new[] { Source, Shadow }.Where(n => n is { Alive: true }).Select(n => n!))
        {
            foreach (var move in MovesOf(node))
            {
                yield return move;
            }
        }
        foreach (var move in MovesOfTheEngine())
        {
            yield return move;
        }
        if (faults)
        {
            foreach (var move in Faults())
            {
                yield return move;
            }
        }
    }

    private IEnumerable<(string What, Action Act)> MovesOf(Node node)
    {
        var id = node.Id;
        if (!node.Linked)
        {
            yield return ($"{id} connects", () => node.Link(File(node)));
        }
        if (node.Linked && node.Consuming && _queue.Count > 0 && node.Unanswered.Count < _plot.Window)
        {
            yield return ($"Q delivers to {id}", () => node.Deliver(TakeFirst()));
        }
        if (node.MayReadBroker)
        {
            yield return ($"{id} reads the broker", node.ReadBroker);
        }
        if (node.MaySend)
        {
            yield return ($"the broker takes from {id}", node.SendOne);
        }
        if (node.MayReadJournal)
        {
            yield return ($"{id} reads J", node.ReadJournal);
        }
        if (node.MayReadPayload)
        {
            yield return ($"{id} reads R", node.ReadPayload);
        }
        if (node.Busy)
        {
            yield return ($"{id} finishes", node.Finish);
        }
        else if (node.Linked && node.Memory.Clone().TryBegin() is { } next)
        {
            yield return ($"{id} begins {next.Name}", () => node.TryBegin());
        }
        else if (node.Linked && Settles(node))
        {
            yield return ($"{id} passes a fence or a repeat", () => node.TryBegin());
        }
    }

    private static bool Settles(Node node)
    {
        var probe = node.Memory.Clone();
        probe.TryBegin();
        return probe.Acts.Count > 0;
    }

    private IEnumerable<(string What, Action Act)> MovesOfTheEngine()
    {
        var prepared = _heard.OfType<SourcePrepared>().Any();
        if (_plot.Migrates && !_resuming && !SourceDied && !_promoting && Source.Linked)
        {
            if (!prepared)
            {
                yield return ("engine: Prepare", () => Source.Tell(s => s.Prepare(new PrepareSource(Migration, "p", 1, SourceId, "J"))));
            }
            else if (!_bound)
            {
                yield return ("engine: binds R", () => _bound = true);
            }
            if (Shadow is not null && Shadow.Following && _heard.OfType<JournalClosed>().All(_ => false))
            {
                yield return ("engine: Quiesce", () => Source.Tell(s => s.Quiesce(new QuiesceSource(Migration, "q", 1, SourceId))));
            }
        }
        if (_bound && !_fenced && !_resuming)
        {
            yield return ("engine: sends the fence", Fence);
        }
        if (_bound && Shadow is null && !_resuming && Source.Alive)
        {
            yield return ("freeze and restore", () => Shadow = Source.Copy(ShadowId));
        }
        var closed = _heard.OfType<JournalClosed>().LastOrDefault();
        var caughtUp = _heard.OfType<ReplayCaughtUp>().LastOrDefault();
        if (!_promoting && !_resuming && closed is not null && caughtUp is not null && Shadow is { Alive: true })
        {
            yield return ("engine: verifies and stores the promotion", () => Verify(closed, caughtUp));
        }
        if (!_promoting && SourceDied && Shadow is { Alive: true, Linked: true })
        {
            yield return ("engine: fails over forward", () => _promoting = true);
        }
        if (_promoting && !Promoted && Shadow is { Alive: true, Linked: true, Memory.Shadow.Promotion: null })
        {
            yield return ("engine: Promote", () => Shadow.Tell(t => t.Promote(new PromoteShadow(Migration, "x", 1, ShadowId, 2))));
        }
        if (_resuming && !_heard.OfType<SourceResumed>().Any() && Source is { Alive: true, Linked: true })
        {
            yield return ("engine: Resume", () => Source.Tell(s => s.Resume(new ResumeSource(Migration, "r", 1, SourceId))));
        }
    }

    private IEnumerable<(string What, Action Act)> Faults()
    {
        foreach (var node in new[] { Source, Shadow }.Where(n => n is { Alive: true, Linked: true }).Select(n => n!))
        {
            if (_plot.LosesLinks && LinksLost < 4)
            {
                yield return ($"{node.Id} loses its connection", () => Lose(node));
            }
        }
        if (_plot.SourceMayDie && Shadow is not null && !_promoting && !_resuming && Source.Alive)
        {
            yield return ("the source dies", Source.Die);
        }
        if (_plot.RollsBack && !_promoting && !_resuming && _heard.OfType<SourcePrepared>().Any() && Source.Alive)
        {
            yield return ("engine: rolls back", RollBack);
        }
        // Every command may come twice.
        if (_repeats < 3 && Source is { Alive: true, Linked: true } && !_resuming && _heard.OfType<SourcePrepared>().Any() && !_promoting)
        {
            yield return ("engine: Prepare again", () => Repeat(Source, s => s.Prepare(new PrepareSource(Migration, "p", 2, SourceId, "J"))));
            if (Shadow is not null && _heard.OfType<JournalClosed>().Any())
            {
                yield return ("engine: Quiesce again", () => Repeat(Source, s => s.Quiesce(new QuiesceSource(Migration, "q", 2, SourceId))));
            }
        }
        if (_repeats < 3 && _resuming && Source is { Alive: true, Linked: true })
        {
            yield return ("engine: Resume again", () => Repeat(Source, s => s.Resume(new ResumeSource(Migration, "r", 2, SourceId))));
            yield return ("engine: a late Prepare", () => Repeat(Source, s => s.Prepare(new PrepareSource(Migration, "p", 1, SourceId, "J"))));
        }
        if (_repeats < 3 && Promoted && Shadow is { Alive: true, Linked: true })
        {
            yield return ("engine: Promote again", () => Repeat(Shadow, t => t.Promote(new PromoteShadow(Migration, "x", 2, ShadowId, 2))));
        }
    }

    private Queued TakeFirst()
    {
        var first = _queue.First();
        _queue.Remove(first.Key);
        return first.Value;
    }

    private void Fence()
    {
        _fenced = true;
        _queue[_place] = new Queued(_place++, null, Migration, false);
    }

    private void Verify(JournalClosed closed, ReplayCaughtUp caughtUp)
    {
        if ((closed.LastOrdinal, closed.ChainDigest, closed.StateDigest)
            != (caughtUp.LastOrdinal, caughtUp.ChainDigest, caughtUp.StateDigest))
        {
            throw new InvalidOperationException($"{closed} differs from {caughtUp}\n{string.Join('\n', Trace)}");
        }
        _promoting = true;
    }

    private void Lose(Node node)
    {
        LinksLost++;
        node.Lose(Choose(8));
    }

    private void Repeat(Node node, Action<Instance> command)
    {
        _repeats++;
        node.Tell(command);
    }

    private void RollBack()
    {
        _resuming = true;
        Shadow?.Die();
    }

    private void Publish()
    {
        var message = new Message(Name(_published), Encoding.UTF8.GetBytes(Name(_published)), "in", "a", null);
        _published++;
        _queue[_place] = new Queued(_place++, message, default, false);
        if (_bound)
        {
            _onTheWayToReplay.Add(Fresh(message));
        }
    }

    private void RouteToReplay()
    {
        var at = Choose(_onTheWayToReplay.Count);
        Replay.Add(_onTheWayToReplay[at]);
        _onTheWayToReplay.RemoveAt(at);
    }

    private string Name(int number) => _plot.Identical ? "digest:same" : $"id:{number}";

    private static InstanceFile File(Node node) => node.Id == SourceId
        ? new InstanceFile(SourceId, "w", InstanceRole.Active, 1, "amqp://x")
        : new InstanceFile(ShadowId, "w", InstanceRole.Shadow, 1, "amqp://x", Migration);
}

/// <summary>What may happen in a run.</summary>
internal sealed record Plot
{
    public int Messages { get; init; } = 12;

    public int Window { get; init; } = 3;

    public bool Migrates { get; init; } = true;

    public bool LosesLinks { get; init; }

    public bool SourceMayDie { get; init; }

    public bool RollsBack { get; init; }

    /// <summary>All messages are byte for byte the same, so that only their number can be checked.</summary>
    public bool Identical { get; init; }

    public IReadOnlyList<string> Fails { get; init; } = [];
}

using System.Text;
using Ms2m.Contracts;

namespace Ms2m.Workload.Tests.Pure;

/// <summary>One process in the simulation: the pure part, the workload's own state, and a connection on which what was
/// sent may not have arrived and what was answered may not have been read.</summary>
internal sealed class Node(World world, Instance memory, string id, List<string> applied)
{
    private readonly Queue<Action> _toBroker = new();
    private readonly Queue<Action> _fromBroker = new();
    private readonly SortedDictionary<ulong, Queued> _unanswered = [];
    private Message? _inHand;
    private ulong _tag;
    private int _journalRead;
    private readonly List<Message> _payloadsRead = [];

    public Instance Memory { get; } = memory;

    public string Id => id;

    /// <summary>Names in the order of their handlers.</summary>
    public List<string> Applied { get; } = applied;

    public bool Alive { get; private set; } = true;

    public bool Linked { get; private set; }

    public bool Consuming { get; private set; }

    public bool Following { get; private set; }

    public IReadOnlyCollection<Queued> Unanswered => _unanswered.Values;

    public bool MayReadJournal => Linked && Following && _journalRead < world.Journal.Count;

    public bool MayReadPayload => Linked && Following && world.Replay.Exists(m => !_payloadsRead.Contains(m));

    public bool MayReadBroker => Linked && _fromBroker.Count > 0;

    public bool MaySend => Linked && _toBroker.Count > 0;

    public bool Busy => _inHand is not null;

    public void Link(InstanceFile file)
    {
        Linked = true;
        var standing = RoleRule.Decide(Memory.Memory, file, DateTimeOffset.MinValue);
        if (standing is Standing.Distrust or Standing.Retire)
        {
            throw new InvalidOperationException($"{id}: {standing} for {file}");
        }
        Memory.Linked(file, standing);
        DoActs();
    }

    /// <summary>What was sent has arrived up to some point; the rest, and every answer on its way, is gone.</summary>
    public void Lose(int arrived)
    {
        while (arrived-- > 0 && _toBroker.TryDequeue(out var act))
        {
            act();
        }
        _toBroker.Clear();
        _fromBroker.Clear();
        (Linked, Consuming, Following) = (false, false, false);
        world.Requeue(_unanswered.Values);
        _unanswered.Clear();
        // What the broker has no acknowledgement for, it brings again.
        _journalRead = Math.Min(_journalRead, world.Choose(_journalRead + 1));
        _payloadsRead.RemoveAll(_ => world.Choose(2) == 0);
        Memory.LinkLost();
        Memory.Acts.Clear();
    }

    public void Die()
    {
        Lose(world.Choose(_toBroker.Count + 1));
        Alive = false;
    }

    /// <summary>What a checkpoint and a restore do: the same memory once more, on a dead connection.</summary>
    public Node Copy(string copyId)
    {
        var copy = new Node(world, Memory.Clone(), copyId, [.. Applied]) { _inHand = _inHand };
        copy.Memory.LinkLost();
        return copy;
    }

    public void Tell(Action<Instance> command)
    {
        command(Memory);
        DoActs();
    }

    public void Deliver(Queued queued)
    {
        var tag = ++_tag;
        _unanswered.Add(tag, queued);
        _fromBroker.Enqueue(() =>
        {
            if (queued.Message is { } message)
            {
                Memory.Delivered(tag, message, queued.Redelivered);
            }
            else
            {
                Memory.FenceDelivered(tag, queued.Fence, World.SourceId);
            }
        });
    }

    public void ReadBroker()
    {
        _fromBroker.Dequeue()();
        DoActs();
    }

    public void SendOne() => _toBroker.Dequeue()();

    public void ReadJournal()
    {
        var (entry, end) = world.Journal[_journalRead++];
        if (entry is not null)
        {
            Memory.EntryCame(entry);
        }
        else
        {
            Memory.EndCame(end!);
        }
        DoActs();
    }

    public void ReadPayload()
    {
        var unread = world.Replay.Where(m => !_payloadsRead.Contains(m)).ToList();
        var message = unread[world.Choose(unread.Count)];
        _payloadsRead.Add(message);
        Memory.PayloadCame(World.Fresh(message));
        DoActs();
    }

    public bool TryBegin()
    {
        if (Busy)
        {
            return false;
        }
        _inHand = Memory.TryBegin();
        DoActs();
        return _inHand is not null;
    }

    public void Finish()
    {
        var message = _inHand!;
        _inHand = null;
        Applied.Add(message.Name);
        var effects = new Effects(message.Name);
        effects.Send("out", "", Encoding.UTF8.GetBytes("x"));
        Memory.Finished(effects.Sent, failed: world.Fails(message.Name));
        DoActs();
    }

    private void DoActs()
    {
        for (var next = 0; next < Memory.Acts.Count; next++)
        {
            Do(Memory.Acts[next]);
        }
        Memory.Acts.Clear();
    }

    private void Do(Act act)
    {
        switch (act)
        {
            case Acknowledge ack: _toBroker.Enqueue(() => AnswerUpTo(ack.Tag)); break;
            case AcknowledgeAlone ack: _toBroker.Enqueue(() => _unanswered.Remove(ack.Tag)); break;
            case Reject reject: _toBroker.Enqueue(() => world.Dead.Add(Take(reject.Tag).Message!.Name)); break;
            case SendEffects send:
                foreach (var effect in send.Applied.Effects)
                {
                    _toBroker.Enqueue(() => world.Effects.Add(effect.Id));
                }
                _toBroker.Enqueue(() => _fromBroker.Enqueue(() => Memory.EffectsSafe(send.Applied)));
                break;
            case PublishEntry publish:
                var applied = publish.Applied;
                var entry = new JournalEntry(
                    applied.Ordinal, applied.Name, applied.Message.TimeMs, applied.Carried ? World.Fresh(applied.Message) : null);
                _toBroker.Enqueue(() => world.Journal.Add((entry, null)));
                _toBroker.Enqueue(() => _fromBroker.Enqueue(() => Memory.EntrySafe(applied)));
                break;
            case DeclareJournal: Flush(); Memory.JournalDeclared(); break;
            case ConsumeQueue: Flush(); Consuming = true; Memory.QueueConsumed(); break;
            case CancelQueue: Flush(); Consuming = false; break;
            case ReturnDeliveries:
                Flush();
                world.Requeue(_unanswered.Values);
                _unanswered.Clear();
                _fromBroker.Clear();
                Memory.QueueReturned();
                break;
            case CloseJournal close:
                var end = new JournalEnd(close.LastOrdinal, close.Unsettled);
                if (!close.Repeat)
                {
                    _toBroker.Enqueue(() => world.Journal.Add((null, end)));
                    _toBroker.Enqueue(() => _fromBroker.Enqueue(() => Memory.CloseSafe(close.Command.MigrationId)));
                }
                world.Hear(new JournalClosed(World.Migration, "q", 1, id, close.LastOrdinal, close.ChainDigest, string.Join(' ', Applied)));
                break;
            case FollowReplay: Following = true; break;
            case CountJournal:
                while (MayReadJournal)
                {
                    var (read, last) = world.Journal[_journalRead++];
                    if (read is not null)
                    {
                        Memory.EntryCame(read);
                    }
                    else
                    {
                        Memory.EndCame(last!);
                    }
                }
                Memory.JournalCounted(0);
                break;
            case StopReplay: Following = false; break;
            case ReportCaughtUp caughtUp:
                world.Hear(new ReplayCaughtUp(World.Migration, "v", 1, id, caughtUp.LastOrdinal, caughtUp.ChainDigest, string.Join(' ', Applied)));
                break;
            case Report report: world.Hear(report.Message); break;
        }
    }

    /// <summary>A question that is answered on the same channel: everything sent before it has arrived.</summary>
    private void Flush()
    {
        while (_toBroker.TryDequeue(out var act))
        {
            act();
        }
    }

    private void AnswerUpTo(ulong tag)
    {
        foreach (var each in _unanswered.Keys.Where(t => t <= tag).ToList())
        {
            _unanswered.Remove(each);
        }
    }

    private Queued Take(ulong tag)
    {
        _unanswered.Remove(tag, out var queued);
        return queued!;
    }
}

/// <summary>A message, or a fence, in Q.</summary>
internal sealed record Queued(long Place, Message? Message, Guid Fence, bool Redelivered);

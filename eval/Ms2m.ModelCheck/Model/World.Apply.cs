using Ms2m.ModelCheck.Parts;

namespace Ms2m.ModelCheck;

/// <summary>What a move does.</summary>
internal sealed partial class World
{
    public void Apply(Move move)
    {
        switch (move.Kind)
        {
            case MoveKind.Publish: Publish(move.A); break;
            case MoveKind.Link: Tell(move.A, LinkInput(move.A)); break;
            case MoveKind.Read: Tell(move.A, new Input(InputKind.Read)); break;
            case MoveKind.Finish: Tell(move.A, new Input(InputKind.Finish)); break;
            case MoveKind.AnswerArrives: Tell(move.A, new Input(InputKind.AnswerArrives)); break;
            case MoveKind.EffectArrives: Tell(move.A, new Input(InputKind.EffectArrives)); break;
            case MoveKind.EffectConfirmed: Tell(move.A, new Input(InputKind.EffectConfirmed)); break;
            case MoveKind.LineArrives: Tell(move.A, new Input(InputKind.LineArrives)); break;
            case MoveKind.LineConfirmed: Tell(move.A, new Input(InputKind.LineConfirmed)); break;
            case MoveKind.RequestDone: RequestDone(move.A); break;
            case MoveKind.Obey: Obey(move.A, move.B); break;
            case MoveKind.Report: Hear(Tell(move.A, new Input(InputKind.Heard, move.B)).Report); break;
            case MoveKind.ReadLine: Tell(move.A, new Input(InputKind.Line, Journal[LinesRead++])); break;
            case MoveKind.Payload: Tell(move.A, new Input(InputKind.Payload, move.B)); break;
            case MoveKind.Count: Count(move.A); break;
            case MoveKind.NodeWorks: NodeWorks(Remove(ToNodes, move.A)); break;
            case MoveKind.BrokerWorks: BrokerWorks(Remove(ToBroker, move.A), move.B); break;
            case MoveKind.LateAnswer: Hear(Remove(Late, move.A)); break;
            case MoveKind.Progress: Take(scene.Engines.HearProgress(Engine)); break;
            case MoveKind.AskAgain: AskAgain(); break;
            case MoveKind.Timer: TimeOut(move.A); break;
            case MoveKind.TooLate: Tell(1, new Input(InputKind.TooLate)); break;
            default: Fail(move); break;
        }
        QueueSends();
        if (MayForget && FaultsLeft == 0)
        {
            // Nothing is forgotten any more: nobody can tell what was acknowledged last.
            (Begun, _) = (0, Acknowledged.RemoveAll(_ => true));
        }
        CheckAlways();
    }

    private void Publish(int publisher)
    {
        var (left, early) = Publishers[publisher];
        if (early > 0 || !Has(WorldFlags.ReplayBound))
        {
            Unbound |= 1UL << Published;
        }
        Publishers[publisher] = ((byte)(left - 1), (byte)Math.Max(0, early - 1));
        Publishers.Sort();
        Queue.Add(Item.OfMessage(Published++));
        Effects.Add(0);
    }

    private Step Tell(byte who, Input input)
    {
        var step = scene.Processes.Do(who == 0 ? Source : Shadow, input);
        SetProcess(who, step.Next);
        Violation ??= step.Violation;
        if (MayForget)
        {
            Remember(scene.Processes[step.Next], step.Settled);
        }
        Return(step.Returned, marked: true);
        if (step.Effect >= 0)
        {
            Effects[step.Effect] = (byte)Math.Min(3, Effects[step.Effect] + 1);
            CheckEffect(step.Effect);
        }
        if (step.Dead >= 0)
        {
            Dead |= 1UL << step.Dead;
        }
        if (step.Written is { } line)
        {
            Write(line);
        }
        return step;
    }

    private void SetProcess(byte who, int number)
    {
        if (number >= 0 && scene.Processes[number].Retired)
        {
            number = Nobody;
        }
        if (who == 0)
        {
            Source = number;
        }
        else
        {
            Shadow = number;
        }
    }

    /// <summary>What was sent and not answered goes back to its place.</summary>
    private void Return(IReadOnlyList<Item> items, bool marked)
    {
        foreach (var item in items)
        {
            Queue.Add(item with { Redelivered = marked });
        }
        if (items.Count > 0)
        {
            Queue.Sort((one, other) => one.Place.CompareTo(other.Place));
        }
    }

    private void Write(Line line)
    {
        if (!line.End)
        {
            CheckEntry(line);
        }
        if (Has(WorldFlags.JournalThere) && line.Migration == Deciding.Migration)
        {
            Journal.Add(Lines.Pack(line));
        }
    }

    private Input LinkInput(byte who) => who == 0
        ? new Input(InputKind.Link, FileSource, Deciding.Migration)
        : new Input(InputKind.Link, ShadowFile, Deciding.Migration);

    private void RequestDone(byte who)
    {
        var process = scene.Processes[who == 0 ? Source : Shadow];
        if (process.Todo[0] is Workload.DeclareJournal)
        {
            Set(WorldFlags.JournalThere);
        }
        var there = Has(WorldFlags.ReplayBound) && Has(WorldFlags.JournalThere);
        Tell(who, new Input(InputKind.RequestDone, there ? 1 : 0));
    }

    private void Obey(byte who, byte command) =>
        Tell(who, new Input(InputKind.Obey, Remove(who == 0 ? ToSource : ToShadow, command)));

    private void Count(byte who)
    {
        while (LinesRead < Journal.Count)
        {
            Tell(who, new Input(InputKind.Line, Journal[LinesRead++]));
        }
        Tell(who, new Input(InputKind.Counted));
    }

    /// <summary>Q sends at once whatever its consumer has room for.</summary>
    private void QueueSends()
    {
        for (byte who = 0; who < 2; who++)
        {
            while (Queue.Count > 0 && (who == 0 ? Source : Shadow) is >= 0 and var number
                && scene.Processes[number] is { Linked: true, Consuming: true } process
                && process.Unanswered.Count < scene.Bounds.Window)
            {
                var item = Queue[0];
                Queue.RemoveAt(0);
                SetProcess(who, scene.Processes.Do(
                    number, new Input(InputKind.Push, item.Place | (item.Redelivered ? 0x100 : 0), item.Migration)).Next);
            }
        }
    }

    private void Hear(int message)
    {
        if (scene.Messages[message].MigrationId != Inside.Migration(Deciding.Migration))
        {
            return;
        }
        CheckHeard(scene.Messages[message]);
        Take(scene.Engines.Hear(Engine, message));
    }

    private void TimeOut(byte timer) =>
        Take(scene.Engines.TimeOut(Engine, Deciding.Timers[timer], Has(WorldFlags.SourceNodeDown)));

    private void Take(EngineStep step)
    {
        Engine = step.Next;
        foreach (var (to, message) in step.Sent)
        {
            CheckSent(scene.Messages[message]);
            var list = to switch
            {
                Addressee.Source => ToSource,
                Addressee.Shadow => ToShadow,
                Addressee.Node => ToNodes,
                _ => ToBroker,
            };
            // A queue that is gone keeps nothing.
            if (!(to == Addressee.Source && (Has(WorldFlags.SourceCutOff) || Source < 0)) && !(to == Addressee.Shadow && Shadow < 0))
            {
                Put(list, message);
            }
        }
    }

    private void AskAgain()
    {
        // Nothing that happened before excuses what becomes of this one.
        Happened = (Happened & (Happened.LinkLost | Happened.WasCutOff))
            | (Has(Happened.CutOff) ? Happened.WasCutOff : Happened.Nothing);
        Set(WorldFlags.JournalThere, false);
        Set(WorldFlags.SourceWatched, false);
        Journal.Clear();
        Image = Nobody;
        ShadowFile = FileNone;
        Set(WorldFlags.ImageArrived, false);
        Set(WorldFlags.TargetRemoved, false);
        Take(scene.Engines.Ask(Engine, Deciding.Migration + 1));
    }

    /// <summary>Kept sorted: any of them may be the next, so their order means nothing.</summary>
    private static void Put(List<int> list, int message)
    {
        list.Add(message);
        list.Sort();
    }

    private static int Remove(List<int> list, int at)
    {
        var message = list[at];
        list.RemoveAt(at);
        return message;
    }
}

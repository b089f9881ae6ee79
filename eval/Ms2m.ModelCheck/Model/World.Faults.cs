using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck;

/// <summary>What may go wrong.</summary>
internal sealed partial class World
{
    private bool May(Fault fault) => (scene.Bounds.Kinds & fault) != 0;

    private void MovesOfFaults(List<Move> into)
    {
        var open = !Deciding.HasEnded;
        if (Source >= 0 && open)
        {
            Offer(into, Fault.SourceDies, new Move(MoveKind.Dies));
            Offer(into, Fault.SourceNodeDies, new Move(MoveKind.Dies, 0, 1));
        }
        if (Shadow >= 0 && open && ShadowProcess is { Active: false } or { Linked: false })
        {
            Offer(into, Fault.ShadowDies, new Move(MoveKind.Dies, 1));
        }
        if (SourceProcess is { Linked: true })
        {
            Offer(into, Fault.SourceLosesLink, new Move(MoveKind.LosesLink));
            if (open)
            {
                Offer(into, Fault.SourceCutOff, new Move(MoveKind.CutOff));
            }
        }
        if (ShadowProcess is { Linked: true })
        {
            // Of what it has read, the broker may have the acknowledgement of any first part.
            for (byte known = 0; known <= LinesRead; known++)
            {
                Offer(into, Fault.ShadowLosesLink, new Move(MoveKind.LosesLink, 1, known));
            }
        }
        if (SourceProcess is { Linked: true } || ShadowProcess is { Linked: true })
        {
            Offer(into, Fault.BrokerRestarts, new Move(MoveKind.BrokerRestarts));
        }
        for (byte count = 1; count <= Acknowledged.Count; count++)
        {
            Offer(into, Fault.BrokerForgets, new Move(MoveKind.BrokerForgets, count));
        }
        if (Has(WorldFlags.ReplayBound) || Has(WorldFlags.JournalThere))
        {
            Offer(into, Fault.ReplayVanishes, new Move(MoveKind.ReplayVanishes));
        }
        MovesOfLateness(into, open);
    }

    private void MovesOfLateness(List<Move> into, bool open)
    {
        if (open)
        {
            Offer(into, Fault.Cancel, new Move(MoveKind.Cancel));
        }
        if (May(Fault.CommandTwice))
        {
            if (SourceProcess is { Linked: true, Blocked: false })
            {
                Each(into, MoveKind.CommandTwice, 0, ToSource);
            }
            if (ShadowProcess is { Linked: true, Blocked: false })
            {
                Each(into, MoveKind.CommandTwice, 1, ToShadow);
            }
        }
        if (May(Fault.AnswerTwice))
        {
            Repeats(into, 0, SourceProcess);
            Repeats(into, 1, ShadowProcess);
        }
        if (May(Fault.EarlyDeadline))
        {
            Each(into, MoveKind.EarlyTimer, 0, Deciding.Timers);
        }
        if (ShadowProcess is { Lags: true, Linked: true })
        {
            Offer(into, Fault.EarlyPayloadDeadline, new Move(MoveKind.EarlyTooLate, 1));
        }
    }

    private void Repeats(List<Move> into, byte who, Process? process)
    {
        for (var each = 0; process is { Linked: true } && each < process.Reports.Count; each++)
        {
            if (MayReport(process, each))
            {
                into.Add(new Move(MoveKind.AnswerTwice, who, (byte)each));
            }
        }
    }

    private void Offer(List<Move> into, Fault fault, Move move)
    {
        if (May(fault))
        {
            into.Add(move);
        }
    }

    private void Fail(Move move)
    {
        FaultsLeft--;
        switch (move.Kind)
        {
            case MoveKind.Dies when move.A == 0: SourceDies(withItsNode: move.B != 0); break;
            case MoveKind.Dies: ShadowDies(); break;
            case MoveKind.LosesLink:
                Lose(move.A, move.B, marked: true);
                break;
            case MoveKind.BrokerRestarts:
                Lose(0, 0, marked: false);
                Lose(1, 0, marked: false);
                break;
            case MoveKind.BrokerForgets:
                Happened |= Happened.LinkLost;
                Lose(0, 0, marked: false);
                Lose(1, 0, marked: false);
                Return(Acknowledged[^move.A..], marked: false);
                Acknowledged.RemoveRange(Acknowledged.Count - move.A, move.A);
                break;
            case MoveKind.CutOff:
                Happened |= Happened.CutOff;
                Lose(0, 0, marked: true);
                Set(WorldFlags.SourceCutOff);
                ToSource.Clear();
                break;
            case MoveKind.ReplayVanishes:
                Happened |= Happened.ReplayVanished;
                ReplayGoes();
                break;
            case MoveKind.Cancel:
                Happened |= Happened.Cancelled;
                Hear(scene.Messages.Of(new CancelMigration(Inside.Migration(Deciding.Migration))));
                break;
            case MoveKind.CommandTwice:
                Happened |= Happened.Repeated;
                var commands = move.A == 0 ? ToSource : ToShadow;
                var command = commands[move.B];
                Obey(move.A, move.B);
                Put(commands, command);
                break;
            case MoveKind.AnswerTwice:
                Happened |= Happened.Repeated;
                var report = Tell(move.A, new Input(InputKind.Heard, move.B)).Report;
                Put(Late, report);
                Hear(report);
                break;
            case MoveKind.EarlyTimer:
                Happened |= Happened.Early;
                TimeOut(move.A);
                break;
            case MoveKind.EarlyTooLate:
                Happened |= Happened.Early;
                Tell(1, new Input(InputKind.TooLate));
                break;
        }
    }

    /// <summary>Its worker tells, at any time from now; unless the whole node has gone.</summary>
    private void SourceDies(bool withItsNode)
    {
        var sent = ToNodes.Exists(command => scene.Messages[command] is CheckpointTaken) && !withItsNode;
        var copied = Shadow >= 0 || Has(WorldFlags.ImageArrived) || sent;
        Happened |= Happened.SourceDied;
        if (!copied || !(Deciding.MayGoForward || Has(Happened.Committed)))
        {
            Happened |= Happened.StateDied;
        }
        Kill(0);
        if (withItsNode)
        {
            Set(WorldFlags.SourceNodeDown);
        }
        else if (Has(WorldFlags.SourceWatched))
        {
            Put(Late, scene.Messages.Of(new InstanceExited(
                Inside.Migration(Deciding.Migration), SourceId, "a", 137)));
        }
    }

    private void ShadowDies()
    {
        Happened |= Happened.ShadowDied;
        Kill(1);
        Put(Late, scene.Messages.Of(new InstanceExited(
            Inside.Migration(Deciding.Migration), Inside.Shadow(Deciding.Migration), "b", 137)));
    }

    private void Lose(byte who, byte known, bool marked)
    {
        var number = who == 0 ? Source : Shadow;
        if (number < 0 || !scene.Processes[number].Linked)
        {
            return;
        }
        // That a source which has said its last word is shut out excuses nothing.
        if (who != 0 || scene.Processes[number].Memory.Source is not { Phase: SourcePhase.Closed } || !Has(WorldFlags.SourceRevoked))
        {
            Happened |= Happened.LinkLost;
        }
        var step = scene.Processes.Do(number, new Input(InputKind.Lose));
        SetProcess(who, step.Next);
        Return(step.Returned, marked);
        if (who == 1)
        {
            Journal.RemoveRange(0, Math.Min(known, Journal.Count));
            LinesRead = 0;
        }
    }

    private void Kill(byte who)
    {
        var number = who == 0 ? Source : Shadow;
        if (number < 0)
        {
            return;
        }
        Return(scene.Processes.Do(number, new Input(InputKind.Lose)).Returned, marked: true);
        SetProcess(who, Nobody);
        (who == 0 ? ToSource : ToShadow).Clear();
    }

    /// <summary>A broker that is killed forgets what it has not written down; of what was begun, at most one window is not.</summary>
    private void Remember(Process process, IReadOnlyList<Item> settled)
    {
        Begun = (byte)Math.Max(Begun, process.Applied + (process.InHand >= 0 ? 1 : 0));
        Acknowledged.AddRange(settled.Select(item => item with { Redelivered = false }));
        Acknowledged.RemoveAll(item => item.Message < Begun - scene.Bounds.Window);
    }
}

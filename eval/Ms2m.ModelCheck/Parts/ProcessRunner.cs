using System.Globalization;
using System.Text;
using Ms2m.Contracts;
using Ms2m.ModelCheck.Mutants;
using Ms2m.Workload;

namespace Ms2m.ModelCheck.Parts;

/// <summary>Gives one input to the real pure part and does its acts, as the SDK's loop does.</summary>
internal sealed class ProcessRunner(Numbers<IMigrationMessage> messages, Mutant mutant, int failing)
{
    private Process on = null!;
    private Step step = null!;

    private Instance Memory => on.Memory;

    public Step Run(Process process, Input input)
    {
        (on, step) = (process, new Step());
        Take(input);
        mutant.Went(Memory);
        DoActs();
        if (!on.Blocked && !on.Retired && on.InHand < 0)
        {
            // The loop begins the next message as soon as it has nothing else to take.
            on.InHand = Memory.TryBegin() is { } begun ? Inside.Number(begun.Name) : -1;
            DoActs();
        }
        return step;
    }

    private void Take(Input input)
    {
        switch (input.Kind)
        {
            case InputKind.Push:
                var item = new Item((byte)(input.A & 0xff), (input.A & 0x100) != 0, (byte)input.B);
                on.Unread.Add(item);
                on.Unanswered.Add(item);
                break;
            case InputKind.Read: Read(); break;
            case InputKind.Finish: Finish(); break;
            case InputKind.AnswerArrives: AnswerArrives(); break;
            case InputKind.EffectArrives:
                step.Effect = on.EffectsOut[0];
                on.EffectsTaken.Add(on.EffectsOut[0]);
                on.EffectsOut.RemoveAt(0);
                break;
            case InputKind.EffectConfirmed: EffectConfirmed(); break;
            case InputKind.LineArrives:
                step.Written = on.LinesOut[0];
                on.LinesTaken.Add(on.LinesOut[0]);
                on.LinesOut.RemoveAt(0);
                break;
            case InputKind.LineConfirmed: LineConfirmed(); break;
            case InputKind.RequestDone: RequestDone(input.A != 0); break;
            case InputKind.Obey: Obey(messages[input.A]); break;
            case InputKind.Link: Link(input.A, input.B); break;
            case InputKind.Lose: Lose(); break;
            case InputKind.Restore: Restore(Inside.Shadow(input.A)); break;
            case InputKind.Line: ReadLine(input.A); break;
            case InputKind.Payload: Memory.PayloadCame(Inside.Message(input.A)); break;
            case InputKind.Counted: on.Counting = false; Memory.JournalCounted(0); break;
            case InputKind.TooLate: Memory.Tick(0, 10); Memory.Tick(1000, 10); break;
            case InputKind.ReplayGone: Memory.ReplayRefused("it is gone"); break;
            case InputKind.Heard:
                step.Report = on.Reports[input.A];
                on.Reports.RemoveAt(input.A);
                break;
        }
    }

    private void Read()
    {
        var item = on.Unread[0];
        on.Unread.RemoveAt(0);
        if (item.IsFence)
        {
            Memory.FenceDelivered(item.Tag, Inside.Migration(item.Migration), World.SourceId);
        }
        else
        {
            Memory.Delivered(item.Tag, mutant.Delivered(Inside.Message(item.Message), item, on), item.Redelivered);
        }
    }

    private void Finish()
    {
        var message = on.InHand;
        on.InHand = -1;
        if (message != on.Applied)
        {
            step.Violation = message < on.Applied
                ? $"{on.Id} applies m{message}, which its state has already"
                : $"{on.Id} applies m{message}, but its state lacks m{on.Applied}";
        }
        on.Applied = message + 1;
        var effects = new Effects($"id:{message}");
        effects.Send("out", "", Encoding.UTF8.GetBytes("x"));
        Memory.Finished(effects.Sent, failed: (failing >> message & 1) != 0);
    }

    private void AnswerArrives()
    {
        var answer = on.Answers[0];
        on.Answers.RemoveAt(0);
        var at = on.Unanswered.FindIndex(item => item.Place == answer.Place);
        if (at < 0)
        {
            step.Violation = $"{on.Id} answers a delivery that it does not hold";
            return;
        }
        if (answer.Kind == AnswerKind.Reject)
        {
            step.Dead = on.Unanswered[at].Message;
        }
        var from = answer.Kind == AnswerKind.UpTo ? 0 : at;
        step.Settled = on.Unanswered.GetRange(from, at - from + 1);
        on.Unanswered.RemoveRange(from, at - from + 1);
    }

    private void EffectConfirmed()
    {
        var message = on.EffectsTaken[0];
        on.EffectsTaken.RemoveAt(0);
        var name = $"id:{message}";
        var applied = Inside.Unfinished(Memory).All.FirstOrDefault(a => a.Name == name && (!a.EffectsSafe || mutant.EntriesFirst));
        if (mutant.EntriesFirst && applied is { Ordinal: > 0 })
        {
            Memory.EntrySafe(applied);
            return;
        }
        Memory.EffectsSafe(applied ?? Orphan(message));
    }

    private void LineConfirmed()
    {
        var line = on.LinesTaken[0];
        on.LinesTaken.RemoveAt(0);
        if (line.End)
        {
            Memory.CloseSafe(Inside.Migration(line.Migration));
            return;
        }
        var name = $"id:{line.Message}";
        var applied = Inside.Unfinished(Memory).All.FirstOrDefault(a => a.Name == name) ?? Orphan(line.Message);
        if (mutant.EntriesFirst)
        {
            Memory.EffectsSafe(applied);
            return;
        }
        Memory.EntrySafe(applied);
    }

    /// <summary>Nobody waits for this confirm any more; the pure part is told all the same, as by the loop.</summary>
    private static Applied Orphan(int message) => new() { Message = Inside.Message(message) };

    private void RequestDone(bool replayIsThere)
    {
        var asked = on.Todo[0];
        on.Todo.RemoveAt(0);
        switch (asked)
        {
            case DeclareJournal: Memory.JournalDeclared(); break;
            case ConsumeQueue:
                on.Consuming = true;
                Memory.QueueConsumed();
                break;
            case ReturnDeliveries:
                step.Returned = [.. on.Unanswered];
                on.Unanswered.Clear();
                on.Unread.Clear();
                on.Answers.Clear();
                Memory.QueueReturned();
                break;
            case FollowReplay when replayIsThere: on.Following = true; break;
            case FollowReplay: Memory.ReplayRefused("there is none"); break;
        }
    }

    private void Obey(IMigrationMessage command)
    {
        switch (command)
        {
            case PrepareSource prepare: Memory.Prepare(prepare); break;
            case QuiesceSource quiesce: Memory.Quiesce(quiesce); break;
            case ResumeSource resume: Memory.Resume(resume); break;
            case PromoteShadow promote: Memory.Promote(promote); break;
        }
    }

    private void Link(int role, int migration)
    {
        var file = role switch
        {
            World.FileSource => new InstanceFile(World.SourceId, "w", InstanceRole.Active, 1, "amqp://x"),
            World.FileShadow => new InstanceFile(
                Inside.Shadow(migration), "w", InstanceRole.Shadow, 1, "amqp://x", Inside.Migration(migration)),
            _ => new InstanceFile(Inside.Shadow(migration), "w", InstanceRole.Active, 2, "amqp://x"),
        };
        var standing = mutant.Standing(RoleRule.Decide(Memory.Memory, file, DateTimeOffset.MinValue), file);
        if (standing == Standing.Distrust)
        {
            return;
        }
        if (standing == Standing.Retire)
        {
            on.Retired = true;
            return;
        }
        on.Linked = true;
        on.Id = file.InstanceId;
        Memory.Linked(file, standing);
    }

    private void Lose()
    {
        step.Returned = [.. on.Unanswered];
        Disconnect();
        mutant.Lost(Memory);
    }

    private void Restore(string id)
    {
        mutant.Restoring(Memory);
        Disconnect();
        // A copy must not speak for its original.
        on.Reports.Clear();
        on.Id = id;
    }

    private void Disconnect()
    {
        on.Answers.Clear();
        on.EffectsOut.Clear();
        on.EffectsTaken.Clear();
        on.LinesOut.Clear();
        on.LinesTaken.Clear();
        on.Unanswered.Clear();
        on.Unread.Clear();
        on.Todo.Clear();
        (on.Linked, on.Consuming, on.Following, on.Counting) = (false, false, false, false);
        Memory.LinkLost();
        Memory.Acts.Clear();
    }

    private void ReadLine(int packed)
    {
        var line = Lines.Unpack(packed);
        if (line.End)
        {
            Memory.EndCame(new JournalEnd(line.Ordinal, line.Message));
            return;
        }
        Memory.EntryCame(new JournalEntry(
            line.Ordinal, $"id:{line.Message}", 1, line.Carried ? Inside.Message(line.Message) : null));
    }

    private void DoActs()
    {
        // Acts may call for further acts, which go behind them. Without a connection none can be done.
        if (!on.Linked)
        {
            Memory.Acts.Clear();
            return;
        }
        on.Todo.AddRange(Memory.Acts);
        Memory.Acts.Clear();
        while (on.Todo.Count > 0 && Do(on.Todo[0]))
        {
            on.Todo.RemoveAt(0);
        }
    }

    /// <summary>False when the process must wait for the broker's answer.</summary>
    private bool Do(Act act)
    {
        switch (act)
        {
            case DeclareJournal or ConsumeQueue or ReturnDeliveries or FollowReplay:
                return false;
            case Acknowledge ack: on.Answers.Add(new Answer((byte)(ack.Tag - 1), AnswerKind.UpTo)); break;
            case AcknowledgeAlone ack: on.Answers.Add(new Answer((byte)(ack.Tag - 1), AnswerKind.Alone)); break;
            case Reject reject: on.Answers.Add(new Answer((byte)(reject.Tag - 1), AnswerKind.Reject)); break;
            case SendEffects send when mutant.EntriesFirst && send.Applied.Ordinal > 0: Publish(send.Applied); break;
            case SendEffects send: on.EffectsOut.Add((byte)Inside.Number(send.Applied.Name)); break;
            case PublishEntry publish when mutant.EntriesFirst:
                on.EffectsOut.Add((byte)Inside.Number(publish.Applied.Name));
                break;
            case PublishEntry publish: Publish(publish.Applied); break;
            // What the broker sends before it has the cancel can as well have been sent before this.
            case CancelQueue: on.Consuming = false; break;
            case CloseJournal close: Close(close); break;
            case CountJournal: on.Counting = true; break;
            case StopReplay: (on.Following, on.Counting) = (false, false); break;
            case ReportCaughtUp up:
                Report(new ReplayCaughtUp(
                    up.MigrationId, StepNames.VerifyHandoff, 1, on.Id, up.LastOrdinal, up.ChainDigest, StateDigest));
                break;
            // Only written down by the engine.
            case Report { Message: FenceReached }: break;
            case Report report: Report(report.Message); break;
        }
        return true;
    }

    private string StateDigest => on.Applied.ToString(CultureInfo.InvariantCulture);

    private void Publish(Applied applied) => on.LinesOut.Add(mutant.Written(new Line(
        (byte)Inside.MigrationNumber(Memory.Source!.MigrationId), false, (byte)applied.Ordinal,
        (byte)Inside.Number(applied.Name), applied.Carried)));

    private void Close(CloseJournal close)
    {
        if (!close.Repeat)
        {
            on.LinesOut.Add(new Line((byte)Inside.MigrationNumber(close.Command.MigrationId), true,
                (byte)close.LastOrdinal, (byte)close.Unsettled, false));
        }
        Report(new JournalClosed(close.Command.MigrationId, close.Command.Step, close.Command.Attempt, on.Id,
            close.LastOrdinal, close.ChainDigest, StateDigest));
    }

    private void Report(IMigrationMessage message) => on.Reports.Add(messages.Of(message));
}

/// <summary>A line of J in one number.</summary>
internal static class Lines
{
    public static int Pack(Line line) =>
        line.Ordinal | line.Message << 8 | line.Migration << 16 | (line.End ? 1 << 24 : 0) | (line.Carried ? 1 << 25 : 0);

    public static Line Unpack(int packed) => new(
        (byte)(packed >> 16), (packed & 1 << 24) != 0, (byte)packed, (byte)(packed >> 8), (packed & 1 << 25) != 0);
}

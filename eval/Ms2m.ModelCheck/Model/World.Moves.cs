using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck;

/// <summary>What can happen next.</summary>
internal sealed partial class World
{
    /// <summary>All moves out of this state. Time passes only when nothing else can happen; that a deadline passes earlier is
    /// a fault.</summary>
    public void Moves(List<Move> into)
    {
        into.Clear();
        if (scene.Bounds.Reduced && Enough(into))
        {
            return;
        }
        MovesOfPublishers(into);
        MovesOf(into, 0, Source, ToSource);
        MovesOf(into, 1, Shadow, ToShadow);
        MovesOfEngine(into);
        if (into.Count == 0)
        {
            TimePasses(into, MoveKind.Timer, MoveKind.TooLate);
        }
        if (FaultsLeft > 0)
        {
            MovesOfFaults(into);
        }
    }

    private void MovesOfPublishers(List<Move> into)
    {
        for (var each = 0; each < Publishers.Count; each++)
        {
            // Two publishers with as much left are the same publisher.
            if (Publishers[each].Left > 0 && (each == 0 || Publishers[each] != Publishers[each - 1]))
            {
                into.Add(new Move(MoveKind.Publish, (byte)each));
            }
        }
    }

    private void MovesOf(List<Move> into, byte who, int number, List<int> commands)
    {
        if (number < 0 || scene.Processes[number] is not { Retired: false } process)
        {
            return;
        }
        if (process.InHand >= 0 && !process.Blocked)
        {
            into.Add(new Move(MoveKind.Finish, who));
        }
        if (!process.Linked)
        {
            var barred = who == 0
                ? Has(WorldFlags.SourceCutOff) || Has(WorldFlags.SourceRevoked)
                : !Has(WorldFlags.ShadowGranted);
            // One that distrusts its instance file waits for another.
            if (!barred && scene.Processes.Do(number, LinkInput(who)) is var link
                && (link.Next != number || link.Violation is not null))
            {
                into.Add(new Move(MoveKind.Link, who));
            }
            return;
        }
        if (process.Blocked)
        {
            // Requests about Q go behind the answers to its deliveries, on the same channel.
            if (process.Answers.Count == 0 || process.Todo[0] is not (ConsumeQueue or ReturnDeliveries))
            {
                into.Add(new Move(MoveKind.RequestDone, who));
            }
        }
        else
        {
            if (process.Unread.Count > 0)
            {
                into.Add(new Move(MoveKind.Read, who));
            }
            if (process.EffectsTaken.Count > 0)
            {
                into.Add(new Move(MoveKind.EffectConfirmed, who));
            }
            if (process.LinesTaken.Count > 0)
            {
                into.Add(new Move(MoveKind.LineConfirmed, who));
            }
            Each(into, MoveKind.Obey, who, commands);
            if (process.Following && LinesRead < Journal.Count)
            {
                into.Add(new Move(MoveKind.ReadLine, who));
            }
            if (process.Following && Has(WorldFlags.ReplayBound) && process.Wanted() is var wanted and >= 0
                && (Unbound >> wanted & 1) == 0)
            {
                into.Add(new Move(MoveKind.Payload, who, (byte)wanted));
            }
            if (process.Counting)
            {
                into.Add(new Move(MoveKind.Count, who));
            }
        }
        MovesToBroker(into, who, process);
    }

    private void MovesToBroker(List<Move> into, byte who, Process process)
    {
        if (process.Answers.Count > 0)
        {
            into.Add(new Move(MoveKind.AnswerArrives, who));
        }
        if (process.EffectsOut.Count > 0)
        {
            into.Add(new Move(MoveKind.EffectArrives, who));
        }
        if (process.LinesOut.Count > 0)
        {
            into.Add(new Move(MoveKind.LineArrives, who));
        }
        for (var each = 0; each < process.Reports.Count; each++)
        {
            if (process.Reports.IndexOf(process.Reports[each]) == each && MayReport(process, each))
            {
                into.Add(new Move(MoveKind.Report, who, (byte)each));
            }
        }
    }

    /// <summary>The last line of J goes before the answer that says so, on the same channel.</summary>
    private bool MayReport(Process process, int report) =>
        scene.Messages[process.Reports[report]] is not JournalClosed || !process.LinesOut.Exists(line => line.End);

    private void MovesOfEngine(List<Move> into)
    {
        for (var each = 0; each < ToNodes.Count; each++)
        {
            if (!Has(WorldFlags.SourceNodeDown) || IsForTarget(scene.Messages[ToNodes[each]]))
            {
                into.Add(new Move(MoveKind.NodeWorks, (byte)each));
            }
        }
        for (var each = 0; each < ToBroker.Count; each++)
        {
            if (scene.Messages[ToBroker[each]] is not SendFence || scene.Bounds.ShortSettling
                || Publishers.TrueForAll(publisher => publisher.Early == 0))
            {
                AddBrokerWork(into, (byte)each);
            }
        }
        Each(into, MoveKind.LateAnswer, 0, Late);
        if (Deciding.Follows && ShadowProcess is { Linked: true, Following: true })
        {
            into.Add(new Move(MoveKind.Progress));
        }
        if (Deciding is { HasEnded: true, Completed: false } && Deciding.Migration + 1 < scene.Bounds.Migrations
            && SourceProcess is { Linked: true })
        {
            into.Add(new Move(MoveKind.AskAgain));
        }
    }

    private static bool IsForTarget(IMigrationMessage command) => command
        is not (TakeCheckpoint or CheckpointTaken or DiscardCheckpoint or RemoveInstance { InstanceId: SourceId });

    /// <summary>So many messages of one publisher may be on their way while R is bound.</summary>
    private const int MostEarly = 3;

    /// <summary>When R is bound, each publisher may have messages on their way that were routed before.</summary>
    private void AddBrokerWork(List<Move> into, byte task)
    {
        if (scene.Messages[ToBroker[task]] is not OpenReplay || !scene.Engines.Wants(Engine, ToBroker[task]))
        {
            into.Add(new Move(MoveKind.BrokerWorks, task));
            return;
        }
        var choices = 1;
        foreach (var (left, _) in Publishers)
        {
            choices *= 1 + Math.Min((int)left, MostEarly);
        }
        for (var choice = 0; choice < choices; choice++)
        {
            into.Add(new Move(MoveKind.BrokerWorks, task, (byte)choice));
        }
    }

    private void TimePasses(List<Move> into, MoveKind timer, MoveKind tooLate)
    {
        Each(into, timer, 0, Deciding.Timers);
        if (ShadowProcess is { Lags: true, Linked: true })
        {
            into.Add(new Move(tooLate, 1));
        }
    }

    private static void Each(List<Move> into, MoveKind kind, byte who, IReadOnlyList<int> messages)
    {
        for (var each = 0; each < messages.Count; each++)
        {
            // Two copies of one message are the same.
            if (each == 0 || messages[each] != messages[each - 1])
            {
                into.Add(kind is MoveKind.Obey or MoveKind.CommandTwice ? new Move(kind, who, (byte)each) : new Move(kind, (byte)each));
            }
        }
    }
}

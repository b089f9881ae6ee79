using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>Taking messages from Q: deliver, apply, effects, entry, acknowledge.</summary>
internal sealed partial class Instance
{
    /// <summary>Q brought a message.</summary>
    public void Delivered(ulong tag, Message message, bool redelivered)
    {
        if (!TakesDeliveries)
        {
            return;
        }
        line.Add(new Delivery
        {
            Tag = tag,
            Message = message,
            Carry = MustCarry(message, redelivered),
            Outcome = expected.Recognise(message.Name, redelivered),
        });
    }

    /// <summary>Q brought a fence.</summary>
    public void FenceDelivered(ulong tag, Guid migrationId, string instanceId)
    {
        if (!TakesDeliveries)
        {
            return;
        }
        line.Add(new Delivery { Tag = tag, Fence = migrationId });
        if (instanceId != InstanceId)
        {
            Acts.Add(new TellInstance(instanceId, new FenceSeenElsewhere(migrationId, InstanceId)));
        }
        else if (source is { Phase: SourcePhase.Open, FenceMet: false } && source.MigrationId == migrationId)
        {
            source.FenceMet = true;
            source.FenceUnreported = true;
        }
    }

    /// <summary>The next message whose handler may begin now; null when there is none. Once returned it counts as begun:
    /// it is never given back to Q.</summary>
    public Message? TryBegin()
    {
        if (Busy)
        {
            return null;
        }
        if (shadow is not null)
        {
            var replayed = shadow.Begin();
            inHand = replayed is null ? null : new InHand(new Applied { Message = replayed }, Replayed: true);
            return replayed;
        }
        if (Role != InstanceRole.Active)
        {
            return null;
        }
        PassTheResolved();
        if (source is not null and not { Phase: SourcePhase.Open } || line.Next is not { } next)
        {
            return null;
        }
        next.Outcome = new Applied { Message = next.Message!, Carried = next.Carry };
        inHand = new InHand(next.Outcome, Replayed: false);
        line.Begin();
        return next.Message;
    }

    /// <summary>The handler has returned, or thrown.</summary>
    public void Finished(IReadOnlyList<Effect> effects, bool failed)
    {
        var (applied, replayed) = inHand!;
        inHand = null;
        // A replayed message's effects are the source's: its entry proves that they are sent.
        applied.Finish(failed || replayed ? [] : effects, failed);
        applied.EffectsSafe = replayed;
        recent.Add(applied);
        if (replayed)
        {
            FinishReplayed(applied);
            return;
        }
        if (shadow is not null)
        {
            shadow.FinishCaught(applied);
            AfterReplay();
            return;
        }
        if (source is { Phase: SourcePhase.Open or SourcePhase.Quiescing })
        {
            source.Chain = source.Chain.Append(applied.Name, applied.Message.Body.Span);
            applied.Ordinal = source.Chain.Position;
        }
        unfinished.Add(applied);
        GoOn();
    }

    public void EffectsSafe(Applied applied)
    {
        applied.EffectsSafe = true;
        GoOn();
    }

    public void EntrySafe(Applied applied)
    {
        applied.EntrySafe = true;
        GoOn();
    }

    /// <summary>The broker delivers from Q again.</summary>
    public void QueueConsumed()
    {
        consuming = true;
        if (answerWhenConsuming is { } answer)
        {
            answerWhenConsuming = null;
            Acts.Add(new Report(answer));
        }
    }

    /// <summary>While a source quiesces, what still comes waits in line: a resume takes it up in its order.</summary>
    private bool TakesDeliveries => linked && Role == InstanceRole.Active && source is not { Phase: SourcePhase.Closed };

    /// <summary>R certainly has only what came through an exchange after R was bound, and for the first time.</summary>
    private bool MustCarry(Message message, bool redelivered)
    {
        var early = carryNext > 0 && carryNext-- > 0;
        return source is not { FenceMet: true } || early || redelivered || message.Exchange.Length == 0;
    }

    private void PassTheResolved()
    {
        while (line.Next is { NeedsHandler: false })
        {
            var passed = line.Begin();
            if (source is { FenceUnreported: true } && passed.Fence == source.MigrationId)
            {
                source.FenceUnreported = false;
                Acts.Add(new Report(new FenceReached(source.MigrationId, InstanceId, source.Chain.Position)));
            }
        }
        line.Settle(Acts);
    }

    private void ServeAgain()
    {
        unfinished.SendAgain();
        if (source is not { Phase: SourcePhase.Quiescing or SourcePhase.Closed })
        {
            StartConsuming();
        }
        if (source is { Phase: SourcePhase.Preparing, Declared: false })
        {
            Acts.Add(new DeclareJournal(source.Command.JournalQueue));
        }
        if (source is { Phase: SourcePhase.Closed, CloseSafe: var safe })
        {
            // Said once more even if it was heard: the migration may have ended meanwhile, and then this is how the engine
            // learns that somebody still stands and waits.
            AddClose(repeat: safe);
        }
        GoOn();
    }

    private void StartConsuming()
    {
        // Also the one in hand: its delivery went with the old connection, and it comes again before the handler is done.
        expected.Expect(inHand is null ? recent.All : recent.All.Append(inHand.Applied));
        // A fence met before may now be behind what was returned: at most one window, whatever marks the broker puts on it.
        carryNext = source is null ? 0 : window;
        Acts.Add(new ConsumeQueue());
    }

    private void GoOn()
    {
        if (!linked)
        {
            return;
        }
        unfinished.Push(Acts);
        line.Settle(Acts);
        TryOpen();
        TryReturn();
    }
}

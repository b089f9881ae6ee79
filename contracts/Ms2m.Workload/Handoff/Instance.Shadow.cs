using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>The shadow's part of the handoff.</summary>
internal sealed partial class Instance
{
    public void EntryCame(JournalEntry entry)
    {
        shadow?.Take(entry);
        AfterReplay();
    }

    public void EndCame(JournalEnd end)
    {
        shadow?.Take(end);
        AfterReplay();
    }

    public void PayloadCame(Message message) => shadow?.TakePayload(message);

    /// <summary>Time goes by. Asked often enough, it notices a payload that never comes.</summary>
    public void Tick(long nowMs, long deadlineMs)
    {
        if (shadow is not null && !Busy)
        {
            shadow.CheckDeadline(nowMs, deadlineMs);
            AfterReplay();
        }
    }

    /// <summary>R or J cannot be consumed. Once caught up nothing more is needed from them, and the promotion may be
    /// committed already: then there is no way back to which a broken handoff could lead.</summary>
    public void ReplayRefused(string why)
    {
        if (shadow is { CaughtUp: false })
        {
            shadow.Broken ??= HandoffFailures.NoReplay(InstanceId, why);
            AfterReplay();
        }
    }

    public void Promote(PromoteShadow command)
    {
        if (Role == InstanceRole.Active && promotion is { } done
            && done.MigrationId == command.MigrationId && done.Epoch == command.Epoch)
        {
            promotion = command;
            answerWhenConsuming = Promoted();
            if (consuming)
            {
                QueueConsumed();
            }
        }
        else if (shadow is null || shadow.MigrationId != command.MigrationId)
        {
            Break(command.MigrationId, HandoffFailures.NotThisMigration(InstanceId, command.MigrationId));
        }
        else if (command.Epoch <= Epoch)
        {
            Break(command.MigrationId, HandoffFailures.StaleEpoch(InstanceId, Epoch, command.Epoch));
        }
        else
        {
            shadow.Promotion = command;
            shadow.BrokenReported = false;
            AfterReplay();
        }
    }

    /// <summary>So many entries are left in J, and everything it brought before has been taken.</summary>
    public void JournalCounted(long ready)
    {
        counting = false;
        if (shadow?.Promotion is null)
        {
            return;
        }
        if (shadow.Broken is not null)
        {
            // What is gone cannot be counted: the journal may have held what this shadow has not read.
            AfterReplay();
            return;
        }
        if (ready == 0 && shadow is { Lag: 0, End: null } && !Busy)
        {
            Activate();
            return;
        }
        Acts.Add(new FollowJournal(shadow.MigrationId));
        AfterReplay();
    }

    private void BecomeShadow()
    {
        Role = InstanceRole.Shadow;
        shadow = new ShadowReplay(source!.MigrationId, source.Chain);
        if (source.Phase == SourcePhase.Preparing)
        {
            shadow.Broken = HandoffFailures.Stranded(InstanceId);
        }
        foreach (var applied in unfinished.All)
        {
            shadow.AddPending(applied);
        }
        source = null;
        unfinished.Clear();
        line.Clear();
        expected.Expect([]);
        answerWhenConsuming = null;
        promotion = null;
    }

    private void Attach()
    {
        var caught = inHand is { Replayed: false } ? 1 : 0;
        shadow!.CaughtUpReported = false;
        shadow.BrokenReported = false;
        if (shadow.Broken is null)
        {
            Acts.Add(new FollowReplay(shadow.MigrationId));
            Acts.Add(new Report(new ShadowAttached(shadow.MigrationId, InstanceId, shadow.Chain.Position + caught)));
        }
        AfterReplay();
    }

    private void FinishReplayed(Applied applied)
    {
        shadow!.Finish(applied.Message);
        AfterReplay();
    }

    private void AfterReplay()
    {
        if (shadow is null || Busy || !linked)
        {
            return;
        }
        if (shadow.Broken is { } reason)
        {
            if (!shadow.BrokenReported)
            {
                shadow.BrokenReported = true;
                Break(shadow.MigrationId, reason);
            }
            return;
        }
        if (shadow is { CaughtUp: true, CaughtUpReported: false })
        {
            shadow.CaughtUpReported = true;
            Acts.Add(new ReportCaughtUp(shadow.MigrationId, shadow.Chain.Position, shadow.Chain.Hex));
        }
        TryPromote();
    }

    /// <summary>After a close, at N. Without one (the source has died) at the end of what J holds.</summary>
    private void TryPromote()
    {
        if (shadow?.Promotion is null)
        {
            return;
        }
        if (shadow.End is not null)
        {
            if (shadow.CaughtUp)
            {
                Activate();
            }
        }
        else if (shadow.Lag == 0 && !counting)
        {
            counting = true;
            Acts.Add(new CountJournal(shadow.MigrationId));
        }
    }

    private void Activate()
    {
        promotion = shadow!.Promotion!;
        replayed = shadow.Replayed;
        Role = InstanceRole.Active;
        Epoch = promotion.Epoch;
        // A clean close says that the broker had every acknowledgement. Otherwise the newest window may come again.
        recent.KeepNewest(shadow.End?.Unsettled ?? window);
        // Beyond J's end: applied here, and nobody knows whether the source sent the effects.
        foreach (var beyond in shadow.Pending)
        {
            beyond.Ordinal = 0;
            unfinished.Add(beyond);
        }
        unfinished.SendAgain();
        ended.Add(shadow.MigrationId);
        shadow = null;
        answerWhenConsuming = Promoted();
        Acts.Add(new StopReplay());
        StartConsuming();
        GoOn();
    }

    private ShadowPromoted Promoted() => new(
        promotion!.MigrationId, promotion.Step, promotion.Attempt, InstanceId, Epoch, replayed);
}

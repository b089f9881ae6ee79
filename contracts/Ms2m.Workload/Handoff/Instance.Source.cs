using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>The source's part of the handoff.</summary>
internal sealed partial class Instance
{
    private const int EndedKept = 16;

    public void Prepare(PrepareSource command)
    {
        if (Role != InstanceRole.Active)
        {
            Break(command.MigrationId, HandoffFailures.WrongRole(InstanceId, "a shadow", nameof(PrepareSource)));
        }
        else if (ended.Contains(command.MigrationId))
        {
            Acts.Add(new Note($"PrepareSource of migration {command.MigrationId} came after its end; ignored"));
        }
        else if (source is null)
        {
            source = new SourceJournal(command);
            Acts.Add(new DeclareJournal(command.JournalQueue));
        }
        else if (source.MigrationId != command.MigrationId)
        {
            // The engine moves a workload once at a time, so the other migration is over: this instance was cut off until
            // its ResumeSource, and the control queue with it, had gone.
            Remember(source.MigrationId);
            StopJournaling();
            source = new SourceJournal(command);
            Acts.Add(new DeclareJournal(command.JournalQueue));
            GoOn();
        }
        else
        {
            source.Command = command;
            if (source.Phase != SourcePhase.Preparing)
            {
                AnswerPrepared();
            }
        }
    }

    public void JournalDeclared()
    {
        if (source is not null)
        {
            source.Declared = true;
        }
        TryOpen();
    }

    /// <summary>Another consumer of Q has got the fence. What is on its way to this instance may still be older: one window
    /// at most.</summary>
    public void FenceSeen(FenceSeenElsewhere told)
    {
        if (source is { Phase: SourcePhase.Open, FenceMet: false } && source.MigrationId == told.MigrationId)
        {
            source.FenceMet = true;
            carryNext = Math.Max(carryNext, window);
            var delivered = source.Chain.Position + line.Waiting.Count(d => d.NeedsHandler) + (Busy ? 1 : 0);
            Acts.Add(new Report(new FenceReached(source.MigrationId, InstanceId, delivered)));
        }
    }

    public void Quiesce(QuiesceSource command)
    {
        if (source is null || source.MigrationId != command.MigrationId || source.Phase == SourcePhase.Preparing)
        {
            Break(command.MigrationId, HandoffFailures.NotThisMigration(InstanceId, command.MigrationId));
            return;
        }
        source.Quiesce = command;
        switch (source.Phase)
        {
            case SourcePhase.Open:
                source.Phase = SourcePhase.Quiescing;
                consuming = false;
                Acts.Add(new CancelQueue());
                GoOn();
                break;
            case SourcePhase.Closed:
                AddClose(repeat: true);
                break;
        }
    }

    /// <summary>The broker has every acknowledgement and every returned delivery.</summary>
    public void QueueReturned()
    {
        if (source is not { Phase: SourcePhase.Quiescing })
        {
            return;
        }
        line.Clear();
        source.Returning = false;
        // Only then is it certain that nothing applied comes again; a stale expectation would swallow a message.
        source.Unsettled = expected.IsEmpty ? 0 : recent.Count;
        recent.KeepNewest(source.Unsettled);
        Close();
    }

    public void CloseSafe(Guid migrationId)
    {
        if (source is not null && source.MigrationId == migrationId)
        {
            source.CloseSafe = true;
        }
    }

    public void Resume(ResumeSource command)
    {
        if (Role != InstanceRole.Active)
        {
            Break(command.MigrationId, HandoffFailures.WrongRole(InstanceId, "a shadow", nameof(ResumeSource)));
            return;
        }
        Remember(command.MigrationId);
        var answer = new SourceResumed(command.MigrationId, command.Step, command.Attempt, InstanceId);
        if (source is null || source.MigrationId != command.MigrationId)
        {
            // A resume repeated while the consumer starts is answered when it has started.
            if (consuming)
            {
                Acts.Add(new Report(answer));
            }
            else
            {
                answerWhenConsuming = answer;
            }
            return;
        }
        if (source.Quiesce is null)
        {
            Acts.Add(new Report(answer));
        }
        else
        {
            answerWhenConsuming = answer;
        }
        StopJournaling();
        GoOn();
    }

    /// <summary>A command of a migration that has ended here may still come, late or repeated.</summary>
    private void Remember(Guid migrationId)
    {
        if (!ended.Contains(migrationId))
        {
            ended.Add(migrationId);
            ended.RemoveRange(0, Math.Max(0, ended.Count - EndedKept));
        }
    }

    /// <summary>The migration is over: serve as before it.</summary>
    private void StopJournaling()
    {
        var (stopped, lost) = (source!.Quiesce is not null, source.LostSinceQuiesce);
        if (source.Returning)
        {
            line.Clear();
        }
        source = null;
        unfinished.ForgetJournal();
        if (stopped && lost)
        {
            StartConsuming();
        }
        else if (stopped)
        {
            // On the same connection what waits in line is still this instance's, and nothing applied comes again.
            Acts.Add(new ConsumeQueue());
        }
    }

    private void TryOpen()
    {
        if (source is { Phase: SourcePhase.Preparing, Declared: true } && Idle)
        {
            source.Phase = SourcePhase.Open;
            AnswerPrepared();
        }
    }

    private void AnswerPrepared()
    {
        var command = source!.Command;
        Acts.Add(new Report(new SourcePrepared(command.MigrationId, command.Step, command.Attempt, InstanceId)));
    }

    /// <summary>When all that was begun is applied, sent, journaled and acknowledged, the rest goes back.</summary>
    private void TryReturn()
    {
        if (source is not { Phase: SourcePhase.Quiescing, Returning: false } || !Idle)
        {
            return;
        }
        if (source.LostSinceQuiesce)
        {
            source.Unsettled = recent.Count;
            Close();
            return;
        }
        foreach (var again in line.Waiting.Where(d => !d.NeedsHandler))
        {
            Acts.Add(new AcknowledgeAlone(again.Tag));
        }
        source.Returning = true;
        Acts.Add(new ReturnDeliveries());
    }

    private void Close()
    {
        source!.Phase = SourcePhase.Closed;
        AddClose(repeat: false);
    }

    private void AddClose(bool repeat)
    {
        var (command, chain) = (source!.Quiesce!, source.Chain);
        Acts.Add(new CloseJournal(
            command, source.Command.JournalQueue, chain.Position, chain.Hex, source.Unsettled, repeat));
    }
}

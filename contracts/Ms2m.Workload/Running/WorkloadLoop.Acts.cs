using Ms2m.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Workload;

/// <summary>Signals into the pure part, its acts out to the broker.</summary>
internal sealed partial class WorkloadLoop
{
    private async Task TakeAsync(Signal signal)
    {
        switch (signal)
        {
            case FromQueue from:
                memory.Delivered(from.Tag, from.Message, from.Redelivered);
                break;
            case FenceFromQueue fence:
                memory.FenceDelivered(fence.Tag, fence.MigrationId, fence.InstanceId);
                break;
            case HandlerDone done:
                Finish(done.Effects, done.Error);
                break;
            case Confirmed confirmed:
                TakeConfirmed(confirmed.Tokens);
                break;
            case FromJournal from:
                await GuardAsync(() => TakeJournalAsync(from));
                break;
            case FromReplay from:
                memory.PayloadCame(from.Message);
                await GuardAsync(() => replaySide!.PayloadTakenAsync(from.Tag).AsTask());
                break;
            case FromControl from:
                TakeCommand(from);
                await GuardAsync(() => controlSide!.TakenAsync(from.Tag).AsTask());
                break;
            case JournalPaused:
                if (memory.Shadow is { } paused && await replaySide!.CountAsync(paused.MigrationId) is { } left)
                {
                    memory.JournalCounted(left);
                }
                break;
            case JournalReady ready:
                await GuardAsync(() => ReportProgressAsync(ready.Count));
                break;
            case ReplayGone gone:
                memory.ReplayRefused(gone.Why);
                break;
            case TimePassed:
                PassTime();
                break;
            case Linked linked:
                await TakeLinkAsync(linked);
                break;
            case Lost lost:
                LoseLink(lost.Why);
                break;
            case RetiredByFile:
                options.Log("the instance file says that another instance has taken over; leaving");
                result = WorkloadResult.Retired;
                break;
            case RetiredByBroker:
                options.Log("the broker has refused this instance for long enough: another has taken over; leaving");
                result = WorkloadResult.Retired;
                break;
            case StopAsked stop:
                await StopAsync(stop.AtOnce);
                break;
        }
    }

    /// <summary>Whether there was anything to do.</summary>
    private async ValueTask<bool> DoActsAsync()
    {
        if (memory.Acts.Count == 0)
        {
            return false;
        }
        // Acts may call for further acts, which go behind them.
        for (var next = 0; next < memory.Acts.Count; next++)
        {
            if (memory.Acts[next] is Note note)
            {
                options.Log(note.Text);
                continue;
            }
            if (link is not { } current)
            {
                continue;
            }
            try
            {
                await DoAsync(memory.Acts[next], current);
            }
            catch (Exception e) when (IsOfTheBroker(e))
            {
                LoseLink(e.Message);
            }
        }
        memory.Acts.Clear();
        return true;
    }

    private async ValueTask DoAsync(Act act, BrokerLink on)
    {
        switch (act)
        {
            case Acknowledge ack:
                await queueSide!.AcknowledgeAsync(ack.Tag);
                break;
            case AcknowledgeAlone ack:
                await queueSide!.AcknowledgeAloneAsync(ack.Tag);
                break;
            case Reject reject:
                await queueSide!.RejectAsync(reject.Tag);
                break;
            case SendEffects send:
                await SendAsync(send.Applied, on);
                break;
            case PublishEntry { Applied: var applied }:
                var (properties, body) = JournalCodec.Write(applied);
                await on.Ledger.PublishAsync(Names.Journal, JournalQueue, properties, body, new EntryToken(applied));
                break;
            case DeclareJournal declare:
                await on.Control.QueueDeclareAsync(
                    declare.Queue, durable: true, exclusive: false, autoDelete: false,
                    new Dictionary<string, object?> { ["x-expires"] = JournalExpiresMs });
                await on.Control.QueueBindAsync(declare.Queue, Names.Journal, declare.Queue);
                memory.JournalDeclared();
                break;
            case ConsumeQueue:
                await queueSide!.ConsumeAsync();
                memory.QueueConsumed();
                break;
            case CancelQueue:
                await queueSide!.CancelAsync();
                break;
            case ReturnDeliveries:
                await queueSide!.ReturnAsync();
                memory.QueueReturned();
                break;
            case CloseJournal close:
                await CloseAsync(close, on);
                break;
            case FollowReplay follow:
                await FollowAsync(follow.MigrationId, on);
                break;
            case FollowJournal follow:
                await replaySide!.FollowJournalAsync(follow.MigrationId);
                break;
            case CountJournal:
                await replaySide!.PauseJournalAsync();
                break;
            case StopReplay:
                replaySide!.Stop();
                progress = null;
                break;
            case ReportCaughtUp caughtUp:
                await reports.SendAsync(on, memory.InstanceId, new ReplayCaughtUp(
                    caughtUp.MigrationId, StepNames.VerifyHandoff, 1, memory.InstanceId,
                    caughtUp.LastOrdinal, caughtUp.ChainDigest, options.StateDigest?.Invoke()));
                reports.Tell("replay", caughtUp.MigrationId, memory.InstanceId, DateTimeOffset.UtcNow.AddMilliseconds(-(progress?.ElapsedMs ?? 0)));
                options.Log($"caught up at {caughtUp.LastOrdinal}");
                break;
            case Report report:
                options.Log($"reports {report.Message}");
                await reports.SendAsync(on, memory.InstanceId, report.Message);
                break;
            case TellInstance tell:
                var (told, text) = ControlCodec.Write(tell.Message);
                await on.Ledger.PublishAsync(Names.Peers, tell.InstanceId, told, text, tell);
                break;
        }
    }

    private const int JournalExpiresMs = 600_000;

    private string JournalQueue => memory.Source?.Command.JournalQueue ?? "";

    private static async Task SendAsync(Applied applied, BrokerLink on)
    {
        var token = new EffectsToken(applied) { Outstanding = applied.Effects.Count };
        foreach (var effect in applied.Effects)
        {
            var properties = new BasicProperties
            {
                MessageId = effect.Id,
                Persistent = true,
                Headers = effect.Headers?.ToDictionary(),
            };
            if (effect.ContentType is not null)
            {
                properties.ContentType = effect.ContentType;
            }
            await on.Effects.PublishAsync(effect.Exchange, effect.RoutingKey, properties, effect.Body, token);
        }
    }

    private async Task CloseAsync(CloseJournal close, BrokerLink on)
    {
        var stateDigest = options.StateDigest?.Invoke();
        if (!close.Repeat)
        {
            await on.Ledger.PublishAsync(
                Names.Journal, close.Queue, JournalCodec.WriteEnd(close, stateDigest), ReadOnlyMemory<byte>.Empty, new CloseToken(close.Command.MigrationId));
        }
        options.Log($"journal closed at {close.LastOrdinal}");
        await reports.SendAsync(on, memory.InstanceId, new JournalClosed(
            close.Command.MigrationId, close.Command.Step, close.Command.Attempt, memory.InstanceId,
            close.LastOrdinal, close.ChainDigest, stateDigest));
    }

    private async Task FollowAsync(Guid migrationId, BrokerLink on)
    {
        progress = new ReplayProgress();
        try
        {
            await replaySide!.FollowAsync(migrationId);
        }
        catch (OperationInterruptedException e) when (on.IsOpen)
        {
            memory.ReplayRefused(e.ShutdownReason?.ReplyText ?? e.Message);
        }
    }

    private async Task TakeJournalAsync(FromJournal from)
    {
        if (from.Entry is { } entry)
        {
            memory.EntryCame(entry);
        }
        else if (from.End is { } end)
        {
            memory.EndCame(end);
        }
        await replaySide!.JournalTakenAsync(from.Tag);
    }

    private void TakeConfirmed(IReadOnlyList<object> tokens)
    {
        foreach (var token in tokens)
        {
            switch (token)
            {
                case EffectsToken effects when --effects.Outstanding == 0:
                    memory.EffectsSafe(effects.Applied);
                    break;
                case EntryToken entry:
                    memory.EntrySafe(entry.Applied);
                    break;
                case CloseToken closed:
                    memory.CloseSafe(closed.MigrationId);
                    break;
                default:
                    reports.Confirmed(token);
                    break;
            }
        }
    }

    private void TakeCommand(FromControl from)
    {
        var (command, why) = ControlCodec.Read(from.Exchange, from.Urn, from.Body.Span);
        options.Log(command is null ? $"a control message was dropped: {why}" : $"obeys {command}");
        if (command is IMigrationMessage asked)
        {
            reports.Asked(asked, from.Arrival);
        }
        switch (command)
        {
            case PrepareSource prepare: memory.Prepare(prepare); break;
            case QuiesceSource quiesce: memory.Quiesce(quiesce); break;
            case ResumeSource resume: memory.Resume(resume); break;
            case PromoteShadow promote: memory.Promote(promote); break;
            case FenceSeenElsewhere seen: memory.FenceSeen(seen); break;
        }
    }

    private void PassTime()
    {
        memory.Tick(Environment.TickCount64, options.PayloadDeadlineMs);
        if (memory.Shadow is { } shadow && progress is { } reporting && (reporting.IsDue || reporting.MayBeNear(shadow.Lag)))
        {
            AskForLag(shadow, reporting);
        }
    }

    /// <summary>Asked beside the loop: the replay goes on meanwhile.</summary>
    private void AskForLag(ShadowReplay shadow, ReplayProgress reporting)
    {
        reporting.Asking = true;
        _ = AskAsync(link!, replaySide!, shadow.MigrationId);

        async Task AskAsync(BrokerLink on, ReplaySide side, Guid migrationId)
        {
            if (await side.CountAsync(migrationId) is { } count)
            {
                on.Post(new JournalReady(on, count));
            }
        }
    }

    private async Task ReportProgressAsync(long ready)
    {
        if (memory.Shadow is { } shadow && progress is { } reporting && link is { } on && reporting.Report(ready + shadow.Lag))
        {
            await Reports.SendOnceAsync(on, new ReplayProgressed(
                shadow.MigrationId, memory.InstanceId, shadow.Chain.Position, ready + shadow.Lag,
                reporting.ServiceMs, reporting.ElapsedMs));
        }
    }

    private ValueTask FlushAsync() => link is null ? ValueTask.CompletedTask : FlushGuardedAsync();

    private async ValueTask FlushGuardedAsync()
    {
        try
        {
            await queueSide!.FlushAsync();
            await replaySide!.FlushAsync();
        }
        catch (Exception e) when (IsOfTheBroker(e))
        {
            LoseLink(e.Message);
        }
    }

    private async Task StopAsync(bool atOnce)
    {
        if (atOnce || link is null)
        {
            result = WorkloadResult.Stopped;
            return;
        }
        stopping = true;
        await GuardAsync(() => queueSide!.CancelAsync());
        // Effects and entries get a moment to become safe; what does not, comes again from Q.
        _ = Task.Delay(TimeSpan.FromSeconds(3)).ContinueWith(
            _ => Post(new StopAsked(AtOnce: true)), TaskScheduler.Default);
    }

    private sealed record EntryToken(Applied Applied);

    private sealed record CloseToken(Guid MigrationId);

    /// <summary>A class, because two equal sets of effects are two.</summary>
    private sealed class EffectsToken(Applied applied)
    {
        public Applied Applied => applied;

        public int Outstanding { get; set; }
    }
}

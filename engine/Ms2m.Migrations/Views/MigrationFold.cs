using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Views;

/// <summary>Folds a migration's recorded events, one after the other, into a <see cref="MigrationView"/>.</summary>
/// <param name="id">The migration.</param>
public sealed class MigrationFold(Guid id)
{
    private readonly List<(Phase Phase, DateTimeOffset Since)> _phases = [];
    private readonly StepTimes _steps = new();
    private MigrationView _view = new() { MigrationId = id, RequestedAt = default };
    private DateTimeOffset? _stopped;

    /// <summary>The fold of the events so far.</summary>
    public MigrationState State { get; private set; } = Migration.Initial;

    /// <summary>How many events were added.</summary>
    public long Version { get; private set; }

    /// <param name="event">The next of its events.</param>
    /// <param name="at">When it was stored.</param>
    public void Add(IMigrationMessage @event, DateTimeOffset at)
    {
        if (Version++ == 0)
        {
            _view = _view with { RequestedAt = at };
        }

        State = Migration.Evolve(State, @event);
        var phase = MigrationTimeline.PhaseOf(State);
        if (_phases.Count == 0 || _phases[^1].Phase != phase)
        {
            _phases.Add((phase, at));
        }

        _stopped ??= StopsSource(@event) ? at : null;
        _steps.Add(@event, at);
        _view = Describe(_view, @event, at);
        if (_stopped is { } since && ServesAgain(@event))
        {
            _view = _view with { InterruptionMs = (at - since).TotalMilliseconds };
        }
    }

    private bool StopsSource(IMigrationMessage @event) => @event switch
    {
        CutoverDecided or SourceLost => true,
        StepStarted started => Plan?.Reversible(started.Step) is { StopsSource: true },
        _ => false,
    };

    private bool ServesAgain(IMigrationMessage @event) =>
        State is Moving or Committed && Migration.StepEndedBy(@event) is var (step, _) && step == Plan?.ServesWith;

    private Plan? Plan => Migration.FactsOf(State) is { } facts ? PlanCatalogue.Find(facts.Request) : null;

    /// <param name="now">Until when unfinished phases have lasted.</param>
    public MigrationView View(DateTimeOffset now)
    {
        if (Version == 0)
        {
            return _view with { RequestedAt = now };
        }

        var ended = State as Ended;
        var until = ended is null ? now : _phases[^1].Since;
        return _view with
        {
            Phase = _phases[^1].Phase,
            Finished = ended is not null,
            FinishedAt = ended is null ? null : until,
            Reason = ended?.Reason ?? _view.Reason,
            WaitedMs = State is Queued ? (now - _view.RequestedAt).TotalMilliseconds : _view.WaitedMs,
            TotalMs = (until - _view.RequestedAt).TotalMilliseconds,
            Phases = [.. Durations(_phases, until, ended is not null)],
            Steps = _steps.Until(until),
        };
    }

    private static IEnumerable<PhaseTime> Durations(
        List<(Phase Phase, DateTimeOffset Since)> phases, DateTimeOffset until, bool ended)
    {
        // The last entry of an ended migration is its outcome, which takes no time.
        var count = ended && phases.Count > 1 ? phases.Count - 1 : phases.Count;
        for (var i = 0; i < count; i++)
        {
            var end = i + 1 < phases.Count ? phases[i + 1].Since : until;
            yield return new PhaseTime(phases[i].Phase, (end - phases[i].Since).TotalMilliseconds);
        }
    }

    private static MigrationView Describe(
        MigrationView view, IMigrationMessage @event, DateTimeOffset at) => @event switch
        {
            MigrationRequested requested => view with
            {
                Workload = requested.Spec.Name,
                SourceNode = requested.SourceNode,
                TargetNode = requested.TargetNode,
                Strategy = requested.Strategy,
                StrategyReason = requested.StrategyReason,
                Transfer = requested.Transfer.Mode,
                PostCopy = requested.PostCopy,
                Priority = requested.Priority,
            },
            MigrationRejected rejected => view with
            {
                Workload = rejected.Workload,
                TargetNode = rejected.TargetNode,
                Reason = rejected.Reason,
            },
            MigrationAdmitted admitted => view with
            {
                SourceNode = admitted.SourceNode,
                WaitedMs = (at - view.RequestedAt).TotalMilliseconds,
            },
            CheckpointTaken taken => view with { FrozenMs = taken.FrozenMs },
            TransferCompleted transfer => view with { CheckpointBytes = transfer.Bytes, WireBytes = transfer.WireBytes },
            ReplayProgressed progress => view with { LagEntries = progress.LagEntries },
            SourceLost lost => view with { FailedOver = true, Reason = lost.Reason },
            HandoffVerified => view with { Verified = true, LagEntries = 0 },
            CopyVerified => view with { Verified = true },
            ShadowPromoted promoted => view with { ReplayedMessages = promoted.Replayed },
            RollbackStarted rollback => view with { Reason = rollback.Reason },
            MigrationCompleted completed => view with { Leftovers = completed.Leftovers },
            MigrationRolledBack rolledBack => view with { Leftovers = rolledBack.Leftovers },
            MigrationCancelled cancelled => view with { Leftovers = cancelled.Leftovers },
            MigrationFailed failed => view with { Leftovers = failed.Leftovers },
            _ => view,
        };
}

using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Chaos.Faults;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>A migration that is struck when its log says that the moment has begun, and followed to its end.</summary>
internal sealed class StruckMigration(Cluster cluster, Stage stage, Cell cell, string workload, Hold? hold = null)
{
    /// <summary>With so long an interruption allowed the cutover comes at once, and what is left to replay makes the
    /// moment before the commit last.</summary>
    private const int PatientInterruptionMs = 30_000;

    private readonly MomentInLog _moments = new(cell.Variant);
    private readonly Lasting _lasting = Lasting.Of(cell.Variant, cell.Moment);
    private readonly TargetRoom _room = new(stage);
    private readonly Blow _blow = Blow.Of(cell, stage);
    private readonly Guid _id = Guid.CreateVersion7();
    private readonly List<LogEvent> _log = [];
    private Task _mending = Task.CompletedTask;

    public Guid Id => _id;

    public IReadOnlyList<LogEvent> Log => _log;

    public DateTimeOffset? StruckFrom { get; private set; }

    public DateTimeOffset? StruckTo { get; private set; }

    /// <summary>Absent when it did not end in time.</summary>
    public MigrationView? Ended { get; private set; }

    public async Task Run(CancellationToken cancel)
    {
        await _blow.Prepare(cancel);
        await _room.Prepare(cancel);
        var follower = new MigrationFollower(cluster.Engine, _id, TimeProvider.System);
        try
        {
            if ((hold?.Rate ?? (_lasting.Since is null ? _lasting.Rate : null)) is { } rate)
            {
                await Slow(rate, cancel);
            }

            if (hold is { Since: null })
            {
                await hold.Begin(cancel);
            }

            await cluster.Migrations.Publish(Request(), cancel);
            await UntilItBegins(follower, cancel);
            if (Ended is null)
            {
                await Strike(cancel);
                await UntilTheEnd(follower, cancel);
            }
        }
        finally
        {
            // Also when the command is interrupted: a lab with a cut network would puzzle whoever uses it next.
            await _mending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await Fast();
            }
            finally
            {
                try
                {
                    await LetGo();
                }
                finally
                {
                    await _blow.Mend(CancellationToken.None);
                }
            }
        }

        if (Ended is null)
        {
            await MakeWay(follower, cancel);
        }
    }

    /// <summary>A migration that is stuck must not spoil the cells after it.</summary>
    private async Task MakeWay(MigrationFollower follower, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(150));
        try
        {
            await CancelIfItCan(patience.Token);
            await follower.ToTheEnd((_, _) => { }, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The next cell will say that it cannot begin.
        }
    }

    private byte[] Request() => JsonSerializer.SerializeToUtf8Bytes(
        new StartMigration(
            _id, workload, stage.Target, cell.Variant.Strategy,
            Policy: cell.Moment is Moment.Finalizing ? new CutoverPolicy(PatientInterruptionMs) : null)
        {
            Transfer = _lasting.In(cell.Variant),
            PostCopy = cell.Variant.Move.PostCopy,
        },
        ContractJson.Options);

    private async Task Slow(string rate, CancellationToken cancel) => await stage.Do(cancel, "network", "slow", stage.Target, rate);

    private async Task UntilItBegins(MigrationFollower follower, CancellationToken cancel)
    {
        var (cancelled, slow, held) = (false, false, false);
        while (!Has(MomentInLog.InLog(cell.Moment)))
        {
            _log.AddRange(await follower.Next(cancel));
            if (_log.Any(MomentInLog.Ends))
            {
                Ended = await follower.View(cancel);
                return;
            }

            if (_lasting is { Rate: { } rate, Since: { } since } && !slow && Has(since))
            {
                slow = true;
                await Slow(rate, cancel);
            }

            if (hold is { Since: { } eve } && !held && Has(eve))
            {
                held = true;
                await hold.Begin(cancel);
            }

            if (cell.Moment == Moment.RollingBack && !cancelled && Has(cell.Variant.Replays ? Moment.Replaying : Moment.Restoring))
            {
                cancelled = true;
                await CancelIfItCan(cancel);
            }
        }
    }

    private async Task Fast() => await stage.Do(CancellationToken.None, "network", "fast", stage.Target);

    private Task LetGo() => hold?.End(CancellationToken.None) ?? Task.CompletedTask;

    private bool Has(Moment moment) => _log.Any(one => _moments.BegunBy(one) == moment);

    // Who looked away for too long is told so by the log: it did not strike within its moment.
    private async Task CancelIfItCan(CancellationToken cancel)
    {
        try
        {
            await cluster.Engine.Cancel(_id, cancel);
        }
        catch (EngineRefusedException)
        {
            // Past the commit point it can only go on.
        }
    }

    private async Task Strike(CancellationToken cancel)
    {
        if (cell.Moment == Moment.Pulling && !await _room.Seen(cancel))
        {
            return;
        }

        // Nobody can kill what cannot be begun.
        if (cell.Fault is Fault.ShadowKilled or Fault.CheckpointCorrupted or Fault.PageDaemonKilled)
        {
            await LetGo();
        }

        var from = TimeProvider.System.GetUtcNow();
        if (!await _blow.Strike(cancel))
        {
            return;
        }

        StruckFrom = from;
        StruckTo = TimeProvider.System.GetUtcNow();
        await LetGo();
        if (_blow.MendedAfter is { } pause)
        {
            _mending = MendAfter(pause, cancel);
        }
    }

    private async Task MendAfter(TimeSpan pause, CancellationToken cancel)
    {
        await Task.Delay(pause, cancel);
        await _blow.Mend(cancel);
    }

    private async Task UntilTheEnd(MigrationFollower follower, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(cell.Expected!.Deadline);
        try
        {
            var fast = false;
            while (!_log.Any(MomentInLog.Ends))
            {
                _log.AddRange(await follower.Next(patience.Token));
                // What comes after the moment may be far more than what made it last.
                if (!fast && _moments.IsOver(cell.Moment, _log))
                {
                    fast = true;
                    await Fast();
                }
            }

            Ended = await follower.View(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Stuck: the verdict says so.
        }
    }
}

using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.Eval.Chaos.Faults;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Chaos;

/// <summary>A migration that is struck when its log says that the moment has begun, and followed to its end.</summary>
internal sealed class StruckMigration(Cluster cluster, Cell cell, Blow blow, string workload, string target)
{
    /// <summary>With so long an interruption allowed the cutover comes at once, and what is left to replay makes the
    /// moment before the commit last.</summary>
    private const int PatientInterruptionMs = 10_000;

    private readonly MomentInLog _moments = new(cell.Strategy);
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
        await blow.Prepare(cancel);
        var follower = new MigrationFollower(cluster.Engine, _id, TimeProvider.System);
        await cluster.Migrations.Publish(Request(), cancel);
        try
        {
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
            await blow.Mend(CancellationToken.None);
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
            await cluster.Engine.Cancel(_id, patience.Token);
            await follower.ToTheEnd((_, _) => { }, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The next cell will say that it cannot begin.
        }
    }

    private byte[] Request() => JsonSerializer.SerializeToUtf8Bytes(
        new StartMigration(
            _id, workload, target, cell.Strategy,
            Policy: cell.Moment is Moment.Finalizing ? new CutoverPolicy(PatientInterruptionMs) : null),
        ContractJson.Options);

    private async Task UntilItBegins(MigrationFollower follower, CancellationToken cancel)
    {
        var cancelled = false;
        while (!_log.Any(one => _moments.BegunBy(one) == cell.Moment))
        {
            _log.AddRange(await follower.Next(cancel));
            if (_log.Any(MomentInLog.Ends))
            {
                Ended = await follower.View(cancel);
                return;
            }

            if (cell.Moment == Moment.RollingBack && !cancelled
                && _log.Any(one => _moments.BegunBy(one) == (cell.Strategy == FaultMatrix.Shadow ? Moment.Replaying : Moment.Restoring)))
            {
                cancelled = true;
                await cluster.Engine.Cancel(_id, cancel);
            }
        }
    }

    private async Task Strike(CancellationToken cancel)
    {
        var from = TimeProvider.System.GetUtcNow();
        if (!await blow.Strike(cancel))
        {
            return;
        }

        StruckFrom = from;
        StruckTo = TimeProvider.System.GetUtcNow();
        if (blow.MendedAfter is { } pause)
        {
            _mending = MendAfter(pause, cancel);
        }
    }

    private async Task MendAfter(TimeSpan pause, CancellationToken cancel)
    {
        await Task.Delay(pause, cancel);
        await blow.Mend(cancel);
    }

    private async Task UntilTheEnd(MigrationFollower follower, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(cell.Expected!.Deadline);
        try
        {
            while (!_log.Any(MomentInLog.Ends))
            {
                _log.AddRange(await follower.Next(patience.Token));
            }

            Ended = await follower.View(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Stuck: the verdict says so.
        }
    }
}

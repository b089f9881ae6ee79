using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;

namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>The rounds in which this node's instances are sent to their standby nodes: one after the other, so that they take
/// no more than one processor, and none beside a migration.</summary>
public sealed class StandbyRounds(StandbySender sender, HeartbeatSignal heartbeat, TimeProvider time, ILogger<StandbyRounds> log)
    : IDisposable
{
    /// <summary>What took longer says too little of the present, and holds up the others.</summary>
    internal TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Other engines' orders of the same round have come by then.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Instance, string Node), (BaseRound Round, long Begun)> _newest = [];
    private readonly Pauses _pauses = new();
    private CancellationTokenSource _stop = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Several engines may order the same, and orders may come again: only what nobody is at, or was a moment ago, is
    /// begun.</summary>
    /// <returns>Ends with the round; null when none was begun.</returns>
    internal Task? Begin(SendBase command)
    {
        lock (_lock)
        {
            if (_pauses.Any)
                return null;
            // By a clock that nobody sets.
            var begun = time.GetTimestamp();
            if (_newest.TryGetValue((command.InstanceId, command.TargetNode), out var last)
                && !MayFollow(last.Round, time.GetElapsedTime(last.Begun, begun), command.EverySeconds))
                return null;
            var round = new BaseRound(command.TargetNode, time.GetUtcNow(), EndedAt: null, 0, 0, Problem: null);
            _newest[(command.InstanceId, command.TargetNode)] = (round, begun);
            heartbeat.Now();
            var (before, stop) = (_last, _stop.Token);
            return _last = Task.Run(() => RunAsync(command, round, begun, before, stop), CancellationToken.None);
        }
    }

    internal static bool MayFollow(BaseRound last, TimeSpan since, int every) =>
        last.EndedAt is not null && since >= (TimeSpan.FromSeconds(every) / 2 is var half && half < Moment ? half : Moment);

    /// <summary>A migration begins to send from here. It waits for nobody, and nothing begins beside it.</summary>
    /// <returns>Ends that when it is disposed.</returns>
    public IDisposable Pause()
    {
        CancellationTokenSource stopped;
        IDisposable pause;
        lock (_lock)
        {
            pause = _pauses.Begin();
            (stopped, _stop) = (_stop, new CancellationTokenSource());
        }
        stopped.Cancel();
        stopped.Dispose();
        return pause;
    }

    /// <summary>The newest round to each standby node of the instance; null where there was none.</summary>
    public IReadOnlyList<BaseRound>? Of(string instance)
    {
        lock (_lock)
        {
            var rounds = _newest.Where(one => one.Key.Instance == instance).Select(one => one.Value.Round)
                .OrderBy(one => one.Node, StringComparer.Ordinal).ToList();
            return rounds.Count > 0 ? rounds : null;
        }
    }

    /// <summary>Forgets instances that are here no more.</summary>
    public void KeepOnly(IReadOnlyCollection<string> instances)
    {
        lock (_lock)
        {
            foreach (var gone in _newest.Where(one => one.Value.Round.EndedAt is not null && !instances.Contains(one.Key.Instance)).ToList())
                _newest.Remove(gone.Key);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    private async Task RunAsync(SendBase command, BaseRound round, long begun, Task before, CancellationToken stop)
    {
        var (seen, went) = (0L, 0L);
        Failure? problem;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(Longest);
        try
        {
            await before.WaitAsync(limited.Token);
            problem = (await sender.SendAsync(command, (bytes, wireBytes) => (seen, went) = (bytes, wireBytes), limited.Token))?.Reason;
        }
        catch (OperationCanceledException)
        {
            problem = (stop.IsCancellationRequested
                ? NodeFailures.GaveWay()
                : NodeFailures.TookTooLong("Sending memory in advance", Longest)).Reason;
        }
        catch (Exception e)
        {
            // Whatever it is: workloads depend on this worker, and on nothing that is sent in advance.
            TransferLog.FailedInAdvance(log, command.InstanceId, command.TargetNode, e);
            problem = NodeFailures.Unexpected("sending memory in advance", e).Reason;
        }
        if (problem is null)
            TransferLog.SentInAdvance(log, command.InstanceId, command.TargetNode, seen, went);
        else
            TransferLog.NotSentInAdvance(log, command.InstanceId, command.TargetNode, problem.Message);
        lock (_lock)
        {
            var ended = round with
            {
                EndedAt = time.GetUtcNow(),
                Bytes = seen,
                WireBytes = went,
                Problem = problem,
            };
            _newest[(command.InstanceId, command.TargetNode)] = (ended, begun);
        }
        heartbeat.Now();
    }
}

using System.Collections.Concurrent;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.Standby;

/// <summary>What other nodes may send here in advance, and what is just coming. Only remembered: after a restart there is
/// nothing to be added to either, and the engine orders a round anew.</summary>
public sealed class ExpectedBases(
    WorkerOptions options, CheckpointStorage storage, ReservationBook book, Room room, Bases bases, HeartbeatSignal heartbeat,
    TimeProvider time, ILogger<ExpectedBases> log)
{
    /// <summary>The sender may have others to send before; and a secret that lives long is found.</summary>
    private static readonly TimeSpan Waits = TimeSpan.FromMinutes(15);

    /// <summary>A cluster has less; whoever asks for more has run wild.</summary>
    private const int Most = 1000;

    private const int KeptRounds = 3;

    private readonly ConcurrentDictionary<Guid, ExpectedBase> _open = new();
    private readonly ConcurrentDictionary<Guid, Coming> _coming = new();

    public void Expect(ExpectBase command)
    {
        foreach (var late in _open.Values.Where(one => one.Until < time.GetUtcNow()))
            _open.TryRemove(late.RoundId, out _);
        if (_open.Count >= Most)
            return;
        _open[command.RoundId] = new ExpectedBase(
            command.RoundId, command.Workload, command.SourceNode, TransferToken.DigestOf(command.Token), command.MaxBytes,
            command.EverySeconds, time.GetUtcNow() + Waits);
    }

    internal ExpectedBase? Of(Guid roundId) =>
        _open.GetValueOrDefault(roundId) is { } one && one.Until >= time.GetUtcNow() ? one : null;

    /// <summary>Why nothing is taken here, or null.</summary>
    internal Trouble? Refuse(ExpectedBase expected) =>
        storage.Refuse() is { } onDisk ? onDisk
        : options.BaseSeconds <= expected.EverySeconds ? NodeFailures.KeepsTooShortly(options.BaseSeconds)
        : null;

    /// <summary>Takes it in place of what was here of the workload, from which it may be copied.</summary>
    internal async Task<Trouble?> ReceiveAsync(HttpContext http, ExpectedBase expected)
    {
        // Once: whoever comes again with the same has nothing new.
        if (!_open.TryRemove(expected.RoundId, out _))
            return NodeFailures.NotReserved();
        using var coming = new Coming(http.RequestAborted);
        _coming[expected.RoundId] = coming;
        try
        {
            return await ReceiveAsync(http, expected, coming.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return NodeFailures.GaveWay();
        }
        finally
        {
            _coming.TryRemove(expected.RoundId, out _);
            coming.End();
        }
    }

    /// <summary>A migration needs the node: what is coming goes, and with it the room that it takes.</summary>
    public async Task GiveWayAsync()
    {
        foreach (var one in _coming.Values)
            await one.StopAsync();
    }

    /// <summary>Nobody needs any more what is here of the workload.</summary>
    public void Drop(string workload)
    {
        bases.RemoveInAdvance(workload);
        heartbeat.Now();
    }

    private async Task<Trouble?> ReceiveAsync(HttpContext http, ExpectedBase expected, CancellationToken cancel)
    {
        if (Refuse(expected) is { } refusal)
            return refusal;
        var kept = bases.Of(expected.Workload);
        var copied = TransferHeaders.ReadBases(http.Request.Headers[TransferHeaders.Bases])
            .Select(digest => kept.FirstOrDefault(b => b.Complete?.Digest == digest)?.Images).ToList();
        if (copied.Contains(null))
            return NodeFailures.BaseGone();
        // Both are here until the new one is whole: the older one must not be missed in between.
        var most = Math.Min(expected.MaxBytes, bases.ShareFor(expected.Workload));
        var seconds = (int)Math.Min((long)expected.EverySeconds * KeptRounds, options.BaseSeconds);
        var folder = bases.FolderInAdvance(expected.Workload, expected.RoundId, seconds);
        using var incoming = new IncomingCheckpoint(folder, most, Free);
        var usable = false;
        try
        {
            var outcome = await incoming.ReceiveAsync(http.Request.Body, resume: false, copied!, cancel);
            if (outcome.Failed)
                return outcome.Trouble;
            await Bases.MakeUsableAsync(folder, outcome.Value.Digest, cancel);
            usable = true;
            bases.ReplaceBy(expected.Workload, expected.RoundId);
            TransferLog.StandbyKept(log, expected.Workload, outcome.Value.Bytes, seconds);
            heartbeat.Now();
            return null;
        }
        finally
        {
            if (!usable)
                PrivateFiles.DeleteFolder(folder);
        }
    }

    /// <summary>What was promised to migrations is not free.</summary>
    private long Free() =>
        room.FreeForCheckpoints - options.ReserveBytes - book.Open.Sum(one => Room.WithGrowth(one.ExpectedBytes));
}

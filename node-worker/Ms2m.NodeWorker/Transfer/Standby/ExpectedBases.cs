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
    TimeProvider time, ILogger<ExpectedBases> log) : IDisposable
{
    /// <summary>The sender may have others to send before; and a secret that lives long is found.</summary>
    private static readonly TimeSpan Waits = TimeSpan.FromMinutes(15);

    /// <summary>A round takes no longer; a sender that is that slow must not keep the others out.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Of those that several engines order at once, one is sent; nobody knows which.</summary>
    private const int MostOfWorkload = 8;

    /// <summary>A node has fewer instances; whoever asks for more has run wild.</summary>
    private const int MostOfSource = 500;

    private const int KeptRounds = 3;

    /// <summary>No round comes while a migration is under way, and it is the migration that needs what is here.</summary>
    private const int LeastSeconds = 15 * 60;

    private readonly ConcurrentDictionary<Guid, ExpectedBase> _open = new();
    private readonly ConcurrentDictionary<Guid, Coming> _coming = new();
    private readonly Pauses _pauses = new();

    /// <summary>Each may take what is left of the share, so the next has to see what the one before it took.</summary>
    private readonly SemaphoreSlim _one = new(1);

    public void Expect(ExpectBase command)
    {
        foreach (var late in _open.Values.Where(one => one.Until < time.GetUtcNow()))
            _open.TryRemove(late.RoundId, out _);
        foreach (var unused in _open.Values.Where(one => IsOf(one, command.Workload, command.SourceNode))
            .OrderByDescending(one => one.Until).Skip(MostOfWorkload - 1))
            _open.TryRemove(unused.RoundId, out _);
        if (_open.Values.Count(one => one.SourceNode == command.SourceNode) >= MostOfSource)
        {
            TransferLog.TooManyExpected(log, command.SourceNode, MostOfSource, command.Workload);
            return;
        }
        _open[command.RoundId] = new ExpectedBase(
            command.RoundId, command.Workload, command.SourceNode, TransferToken.DigestOf(command.Token), command.MaxBytes,
            command.EverySeconds, time.GetUtcNow() + Waits);
    }

    internal ExpectedBase? Of(Guid roundId) =>
        _open.GetValueOrDefault(roundId) is { } one && one.Until >= time.GetUtcNow() ? one : null;

    /// <summary>Why nothing is taken here, or null. While anything is promised to a migration, nothing is.</summary>
    internal Trouble? Refuse(ExpectedBase expected) =>
        storage.Refuse() is { } onDisk ? onDisk
        : options.BaseSeconds <= expected.EverySeconds ? NodeFailures.KeepsTooShortly(options.BaseSeconds)
        : _pauses.Any || book.Open.Count > 0 ? NodeFailures.GaveWay()
        : null;

    /// <summary>Takes it in place of what was here of the workload, from which it may be copied.</summary>
    internal async Task<Trouble?> ReceiveAsync(HttpContext http, ExpectedBase expected)
    {
        using var coming = new Coming(http.RequestAborted);
        // Here before it is asked whether a migration needs the node: the migration asks the other way round.
        if (!_coming.TryAdd(expected.RoundId, coming))
            return NodeFailures.NotReserved();
        try
        {
            // Once: whoever comes again with the same has nothing new.
            if (!_open.TryRemove(expected.RoundId, out _))
                return NodeFailures.NotReserved();
            // Its sender sends one round of it at a time, so the others that were ordered were dropped there.
            foreach (var dropped in _open.Values.Where(one => IsOf(one, expected.Workload, expected.SourceNode)))
                _open.TryRemove(dropped.RoundId, out _);
            return await InTurnAsync(http, expected, coming.Token);
        }
        catch (OperationCanceledException) when (coming.Token.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            return NodeFailures.GaveWay();
        }
        finally
        {
            _coming.TryRemove(expected.RoundId, out _);
            coming.End();
        }
    }

    /// <summary>A migration needs the node: what is coming goes, and with it the room that it takes, and nothing comes anew.</summary>
    /// <returns>Ends that when it is disposed.</returns>
    public async Task<IDisposable> PauseAsync()
    {
        var pause = _pauses.Begin();
        try
        {
            await Task.WhenAll(_coming.Values.Select(one => one.StopAsync()));
            return pause;
        }
        catch
        {
            // Nobody would end it.
            pause.Dispose();
            throw;
        }
    }

    /// <summary>Nobody needs any more what is here of the workload.</summary>
    public void Drop(string workload)
    {
        bases.RemoveInAdvance(workload);
        heartbeat.Now();
    }

    public void Dispose() => _one.Dispose();

    private static bool IsOf(ExpectedBase one, string workload, string source) => one.Workload == workload && one.SourceNode == source;

    private async Task<Trouble?> InTurnAsync(HttpContext http, ExpectedBase expected, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limited.CancelAfter(Longest);
            return await ReceiveAsync(http, expected, limited.Token);
        }
        finally
        {
            _one.Release();
        }
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
        var most = Math.Min(Math.Min(expected.MaxBytes, PageList.MaxBytes), bases.ShareFor(expected.Workload));
        var seconds = (int)Math.Min(Math.Max((long)expected.EverySeconds * KeptRounds, LeastSeconds), options.BaseSeconds);
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

    /// <summary>The folder lies in memory, and may be larger than what is left of that.</summary>
    private long Free() => Math.Min(room.FreeForCheckpoints, room.FreeMemory) - options.ReserveBytes;
}

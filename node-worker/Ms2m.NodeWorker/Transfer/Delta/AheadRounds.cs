using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Sends memory ahead of a checkpoint while the processes run, in rounds: each sends the pages that the target has
/// not had from one before. Nothing is dumped and nobody stands still for it, since a page counts by its content alone: what
/// was read in the wrong moment is simply not found in the checkpoint.</summary>
public sealed class AheadRounds(ITransferSecurity security, ILiveMemory memory, TimeProvider time, ILogger<AheadRounds> log)
{
    /// <summary>Well before the plan that waits for the rounds gives the step up, however slow the wire is meant to be: the
    /// checkpoint would have to wait behind them.</summary>
    internal TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>Trouble ends the rounds, and is told in words: the checkpoint gets there without them.</summary>
    /// <param name="spent">What else has taken of the time that there is.</param>
    /// <param name="written">The memory as it was written down; null to read that of the processes.</param>
    public async Task<(IReadOnlyList<PreCopyRound> Rounds, string StoppedBecause)> RunAsync(
        TransferOrder order, LiveContainer container, TimeSpan spent, CancellationToken cancel, ILiveMemory? written = null)
    {
        var rounds = new List<PreCopyRound>();
        var usual = DirectTransfer.LimitOf(order.MaxBytes, order.Options.MaxBytesPerSecond);
        var limit = usual < Longest - spent ? usual : Longest - spent;
        if (limit <= TimeSpan.Zero)
            return (rounds, "the volumes took all the time there was");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            return (rounds, await RunAsync(order, container, written ?? memory, rounds, limited.Token));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (rounds, NodeFailures.TookTooLong("Sending memory ahead", limit).Reason.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            TransferLog.EndedAhead(log, order.Url.AbsolutePath, rounds.Count, e);
            return (rounds, $"sending it failed: {e.Message}");
        }
    }

    /// <summary>Adds the rounds to the list as they end; gives why no more followed.</summary>
    private async Task<string> RunAsync(
        TransferOrder order, LiveContainer container, ILiveMemory from, List<PreCopyRound> rounds, CancellationToken cancel)
    {
        if (!TransferUrl.AcceptsDelta(order.Url))
            return $"{order.TargetNode} has an older worker, which takes no memory ahead";
        if (order.Url.Scheme != security.Scheme || security.Problem() is not null)
            return "this node cannot prove to the target who it is";
        using var http = security.OpenClient();
        http.MaxResponseContentBufferSize = DirectTransfer.MaxAnswer;
        var target = new TargetPeer(http, order);
        var wire = new PacedWire(order.Options.MaxBytesPerSecond, time);
        var there = await target.PagesAsync(cancel);
        if (there.Failed)
            return there.Trouble.Reason.Message;
        wire.AlsoWent(there.Value.WireBytes);
        var known = there.Value.Lists.SelectMany(list => list.Files).SelectMany(file => file.Hashes).ToHashSet();
        while (true)
        {
            if (RoundRules.WhyStop(rounds, order.Options.MaxRounds) is { } reason)
                return reason;
            var (since, went) = (time.GetTimestamp(), rounds.Count == 0 ? 0 : wire.Bytes);
            var round = new AheadRound(from, container, known, wire, order, time);
            var sent = await target.PutAsync(TransferEndpoint.Ahead, null, round.WriteToAsync, _ => { }, cancel);
            if (sent.Failed)
                return sent.Trouble.Reason.Message;
            known.UnionWith(round.Sent);
            rounds.Add(new PreCopyRound(
                round.BytesSeen, wire.Bytes - went, 0, time.GetElapsedTime(since).TotalMilliseconds));
            TransferLog.SentAhead(log, order.Url.AbsolutePath, rounds.Count, round.BytesSeen, wire.Bytes - went);
        }
    }
}

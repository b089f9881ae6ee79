using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>One HTTP request from worker to worker; its connection is opened while the dump is being made, its body
/// follows the dump. Sending during the dump was tried and left: it takes processor time from CRIU while the source
/// stands still. After a break the target is asked what it has and the rest is sent.</summary>
public sealed class DirectTransfer(ITransferSecurity security, TimeProvider time, ILogger<DirectTransfer> logger) : ICheckpointTransfer
{
    /// <summary>All that a target says is short.</summary>
    internal const int MaxAnswer = 2 * 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(1600)];

    public async Task<Trouble?> ReachAsync(TransferOrder order, CancellationToken cancel)
    {
        if (order.RefuseBy(security) is { } refusal)
            return refusal;
        using var http = security.OpenClient();
        http.MaxResponseContentBufferSize = MaxAnswer;
        return await new TargetPeer(http, order).ReachAsync(cancel);
    }

    public async Task<Outcome<Sent>> SendAsync(
        TransferOrder order, string folder, Task<Outcome<Dump>> dump, CancellationToken cancel)
    {
        if (order.RefuseBy(security) is { } refusal)
            return refusal;
        var wire = new PacedWire(order.Options.MaxBytesPerSecond, time);
        using var outgoing = new OutgoingCheckpoint(folder, order.MaxBytes, wire, time) { Compression = CompressionFor(order) };
        using var http = security.OpenClient();
        http.MaxResponseContentBufferSize = MaxAnswer;
        var target = new TargetPeer(http, order);
        var limit = Limit;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            var since = time.GetTimestamp();
            if (order.Options.Mode == TransferMode.Delta)
                await FindOutAsync(target, order, outgoing, wire, limited.Token);
            else
                // Nothing is learned from it but that the connection is there when the first byte wants to go.
                await target.AskAsync(limited.Token);
            var dumped = await dump.WaitAsync(limited.Token);
            if (dumped.Failed)
                return dumped.Trouble;
            outgoing.Pieces = dumped.Value.Pieces;
            if (outgoing.IsTooLarge())
                return NodeFailures.TooLarge(order.MaxBytes);
            limit = LimitOf(outgoing.Size, order.Options.MaxBytesPerSecond);
            limited.CancelAfter(limit);
            var resume = false;
            for (var attempt = 0; ; attempt++)
            {
                var outcome = await target.PutAsync("", outgoing.LengthAhead(), outgoing.WriteToAsync, headers =>
                {
                    if (resume)
                        headers.Add(TransferHeaders.Resume, "1");
                    if (outgoing.Known is { Bases.Count: > 0 } known)
                        headers.Add(TransferHeaders.Bases, TransferHeaders.WriteBases(known.Bases));
                }, limited.Token);
                if (!outcome.Failed)
                {
                    TransferLog.Sent(logger, order.Url.AbsolutePath, outgoing.Bytes, wire.Bytes,
                        outgoing.CompressedBlocks, outgoing.CompressedBlocks + outgoing.PlainBlocks, Megabytes(wire.Speed));
                    var took = time.GetElapsedTime(wire.FirstByteAt ?? since).TotalMilliseconds;
                    return new Sent(outgoing.Bytes, outgoing.Digest, took, wire.Bytes);
                }
                if (outgoing.Known is not null && IsOfTheDifference(outcome.Trouble))
                {
                    TransferLog.SentAsAWhole(logger, order.Url.AbsolutePath, outcome.Trouble.Reason.Message);
                    outgoing.BeginAnew();
                    resume = false;
                    continue;
                }
                if (!outcome.Trouble.Retryable || attempt >= Pauses.Length)
                    return outcome.Trouble;
                TransferLog.Broke(logger, order.Url.AbsolutePath, attempt + 1, outcome.Trouble.Reason.Message);
                await Task.Delay(Pauses[attempt], time, limited.Token);
                outgoing.ContinueFrom(await target.AskAsync(limited.Token));
                resume = true;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Else it was the connection's own limit, which is much shorter.
            return limited.IsCancellationRequested
                ? NodeFailures.TookTooLong("The transfer", limit)
                : NodeFailures.TransferBroke("nobody answers at its address");
        }
    }

    /// <summary>Pages that were taken for equal and are not, a base that is gone, or no room for both: what is sent as a
    /// whole may get there all the same.</summary>
    private static bool IsOfTheDifference(Trouble trouble) => trouble.Reason.Code is "MS2M-2304" or "MS2M-2309" or "MS2M-2501";

    private async Task FindOutAsync(
        TargetPeer target, TransferOrder order, OutgoingCheckpoint outgoing, PacedWire wire, CancellationToken cancel)
    {
        if (!TransferUrl.AcceptsDelta(order.Url))
        {
            TransferLog.SentAsAWhole(logger, order.Url.AbsolutePath, $"{order.TargetNode} has an older worker");
            return;
        }
        var there = await target.PagesAsync(cancel);
        if (there.Failed)
        {
            TransferLog.SentAsAWhole(logger, order.Url.AbsolutePath, there.Trouble.Reason.Message);
            return;
        }
        wire.AlsoWent(there.Value.WireBytes);
        outgoing.LeaveOut(new PageIndex(there.Value.Lists));
    }

    /// <summary>Whoever asks for a slow transfer gets the time for it.</summary>
    internal static TimeSpan LimitOf(long bytes, long? maxBytesPerSecond) =>
        Limit + TimeSpan.FromSeconds(maxBytesPerSecond is { } rate ? (double)bytes / rate : 0);

    private TransferCompression CompressionFor(TransferOrder order)
    {
        var wanted = order.Options.Compression;
        if (wanted == TransferCompression.None || (Zstd.IsAvailable && TransferUrl.AcceptsZstd(order.Url)))
            return wanted;
        TransferLog.Uncompressed(logger, order.Url.AbsolutePath, Zstd.IsAvailable ? order.TargetNode : "this node");
        return TransferCompression.None;
    }

    private static double Megabytes(double? bytes) => Math.Round(bytes / 1e6 ?? 0, 1);
}

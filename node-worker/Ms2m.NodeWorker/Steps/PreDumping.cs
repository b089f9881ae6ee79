using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Ends the rounds of memory by a pre-dump, where that helps: its pages go ahead too, and the checkpoint writes only what has
/// changed since. What goes wrong is said and leaves nothing behind that a checkpoint could build on.</summary>
public sealed partial class PreDumping(
    WorkerOptions options, CheckpointStorage storage, IContainerRuntime runtime, AheadRounds ahead, VolumeSender volumes,
    NodeFeatures features, HugeZeroPages hugeZeroPages, Room room, ReservationBook book, OutgoingFolders outgoing, TimeProvider time,
    ILogger<PreDumping> log)
{
    /// <param name="seen">How much memory the last round saw.</param>
    /// <param name="spent">What else has taken of the time that there is.</param>
    /// <returns>The round; or why there is none.</returns>
    internal async Task<(PreCopyRound? Round, string? WhyNot)> RunAsync(
        PreCopy command, TransferOrder order, LiveContainer container, long seen, TimeSpan spent, CancellationToken cancel)
    {
        if (!options.PreDump)
            return (null, PreDumpRules.SwitchedOff);
        try
        {
            if (WhyNot(container, seen) is { } reason)
                return (null, reason);
            var (round, cause) = await MakeAsync(command, order, container, spent, cancel);
            if (round is null)
                NotMade(command.InstanceId, cause!);
            return (round, cause);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // The rounds have gone ahead all the same.
            NotMade(command.InstanceId, e.Message);
            return (null, e.Message);
        }
    }

    private string? WhyNot(LiveContainer container, long seen)
    {
        if (storage.Refuse() is { } onDisk)
            return onDisk.Reason.Message;
        // It lies in memory, and what was promised to others is theirs.
        var free = Math.Min(room.FreeForCheckpoints, room.FreeMemory) - options.ReserveBytes
            - book.Open.Sum(reservation => Room.WithGrowth(reservation.ExpectedBytes));
        return PreDumpRules.WhyNot(
            features.Found, hugeZeroPages.MayBe(), Math.Max(seen, ProcessMemory.OfContainer(container.Pid)), free);
    }

    private async Task<(PreCopyRound? Round, string? WhyNot)> MakeAsync(
        PreCopy command, TransferOrder order, LiveContainer container, TimeSpan spent, CancellationToken cancel)
    {
        var besides = await volumes.VolumesOfAsync(order, command.InstanceId, cancel);
        if (besides.Failed)
            return (null, besides.Trouble.Reason.Message);
        using var span = WorkerTraces.Part("pre-dump");
        var since = time.GetTimestamp();
        var images = outgoing.NewAhead(command.MigrationId);
        var stays = false;
        try
        {
            // Not to be cancelled: CRIU would not hear of it, and write on.
            var made = await runtime.PreDumpAsync(
                new DumpRequest(command.InstanceId, images, TransferUrl.Accepts(order.Url))
                {
                    WhileFrozen = besides.Value.Count > 0 ? _ => Task.FromResult<Trouble?>(null) : null,
                }, CancellationToken.None);
            WorkerTraces.Ended(span, made.Trouble);
            // CRIU may be writing there still: it goes with all that is the migration's.
            stays = made.Trouble?.Reason.Code == NodeFailures.TookTooLongCode;
            if (made.Failed)
                return (null, made.Trouble.Reason.Message);
            cancel.ThrowIfCancellationRequested();
            var bytes = Directory.GetFiles(images).Sum(file => new FileInfo(file).Length);
            outgoing.MakeUsable(command.MigrationId, made.Value);
            stays = true;
            var (sent, _) = await ahead.RunAsync(
                order with { Options = order.Options with { MaxRounds = 1 } }, container, spent + time.GetElapsedTime(since),
                cancel, new WrittenMemory(images));
            // Should it not have gone, it is still what the checkpoint builds on.
            return (new PreCopyRound(
                bytes, sent.Sum(round => round.WireBytes), made.Value.FrozenMs, time.GetElapsedTime(since).TotalMilliseconds)
            { IsPreDump = true }, null);
        }
        finally
        {
            if (!stays)
                outgoing.RemoveAhead(command.MigrationId);
        }
    }

    [LoggerMessage(2009, LogLevel.Warning, "No pre-dump of {Instance}, its checkpoint is written as a whole: {Cause}")]
    private partial void NotMade(string instance, string cause);
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
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
public sealed class PreDumping(
    WorkerOptions options, IContainerRuntime runtime, AheadRounds ahead, VolumeSender volumes, NodeFeatures features, Room room,
    OutgoingFolders outgoing, TimeProvider time)
{
    /// <param name="seen">How much memory the last round saw.</param>
    /// <param name="spent">What else has taken of the time that there is.</param>
    /// <returns>The round; or why there is none.</returns>
    internal async Task<(PreCopyRound? Round, string? WhyNot)> RunAsync(
        PreCopy command, TransferOrder order, LiveContainer container, long seen, TimeSpan spent, CancellationToken cancel)
    {
        if (PreDumpRules.WhyNot(features.Found, seen, room.FreeForCheckpoints - options.ReserveBytes) is { } reason)
            return (null, reason);
        var besides = await volumes.VolumesOfAsync(order, command.InstanceId, cancel);
        if (besides.Failed)
            return (null, besides.Trouble.Reason.Message);
        using var span = WorkerTraces.Part("pre-dump");
        var since = time.GetTimestamp();
        var images = outgoing.NewAhead(command.MigrationId);
        var usable = false;
        try
        {
            // Not to be cancelled: CRIU would not hear of it, and write on.
            var made = await runtime.PreDumpAsync(
                new DumpRequest(command.InstanceId, images, TransferUrl.Accepts(order.Url))
                {
                    WhileFrozen = besides.Value.Count > 0 ? _ => Task.FromResult<Trouble?>(null) : null,
                }, CancellationToken.None);
            WorkerTraces.Ended(span, made.Trouble);
            if (made.Failed)
                return (null, made.Trouble.Reason.Message);
            cancel.ThrowIfCancellationRequested();
            outgoing.MakeUsable(command.MigrationId, made.Value);
            usable = true;
            var (sent, _) = await ahead.RunAsync(
                order with { Options = order.Options with { MaxRounds = 1 } }, container, spent + time.GetElapsedTime(since),
                cancel, new WrittenMemory(images));
            // Should it not have gone, it is still what the checkpoint builds on.
            return (new PreCopyRound(
                Directory.GetFiles(images).Sum(file => new FileInfo(file).Length), sent.Sum(round => round.WireBytes),
                made.Value.FrozenMs, time.GetElapsedTime(since).TotalMilliseconds)
            { IsPreDump = true }, null);
        }
        finally
        {
            if (!usable)
                outgoing.RemoveAhead(command.MigrationId);
        }
    }
}

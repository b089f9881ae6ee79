using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Brings a received checkpoint to life as a shadow.</summary>
public sealed class RestoreShadowHandler(
    WorkerOptions options, IContainerRuntime runtime, ReservationBook book, IncomingCheckpoints incoming,
    IInstanceFiles instances, Preparations preparations, CheckedRestore restore, VolumeScans scans, Bases bases,
    ComingPages pages, HeartbeatSignal heartbeat, TimeProvider time)
    : IStepHandler<RestoreShadow>
{
    public async Task<Trouble?> HandleAsync(
        RestoreShadow command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        var since = time.GetTimestamp();
        if (book.Of(command.MigrationId) is not { } reservation || reservation.InstanceId != command.InstanceId
            || reservation.Spec.Name != command.Spec.Name)
            return NodeFailures.NotReserved();
        var already = await RunsAlreadyAsync(command, cancel);
        if (already.Failed)
            return already.Trouble;
        if (!already.Value)
        {
            if (incoming.Find(command.MigrationId, command.Digest) is not { } images)
                return NodeFailures.NoCheckpoint();
            await preparations.EndAsync(command.InstanceId, cancel);
            // Before the restore: the first thing the restored memory does may be to connect as its original.
            var file = new InstanceFile(
                command.InstanceId, command.Spec.Name, InstanceRole.Shadow, command.Epoch,
                options.BrokerUriOf(command.InstanceId), command.MigrationId);
            if (await instances.WriteAsync(file, cancel) is { } unwritten)
                return unwritten;
            var request = new ContainerRequest(
                command.InstanceId, command.Spec, instances.PathOf(command.Spec.Name))
            {
                KeepsConnections = command.KeepsConnections,
            };
            var trouble = command.PostCopy
                ? await RestoreLazilyAsync(request, reservation, images, command.Digest, cancel)
                : await restore.RunAsync(request, images, command.Digest, cancel);
            if (trouble is not null)
                return trouble;
        }
        answer(new ShadowReady(
            command.MigrationId, command.Step, command.Attempt, options.Node, command.InstanceId,
            time.GetElapsedTime(since).TotalMilliseconds));
        heartbeat.Now();
        // What was promised is used: counting it further would refuse others for nothing.
        book.Write(reservation with { ExpectedBytes = 0 });
        // The process has its memory back; a second copy of its secrets is of no more use.
        await incoming.DiscardAsync(command.MigrationId);
        bases.RemoveAhead(command.MigrationId);
        scans.Forget(command.InstanceId);
        return null;
    }

    /// <summary>It stands still until it is activated, so that nothing has happened yet when its memory cannot come.</summary>
    private async Task<Trouble?> RestoreLazilyAsync(
        ContainerRequest request, Reservation reservation, string images, string digest, CancellationToken cancel)
    {
        var begun = await pages.BeginAsync(reservation, images, cancel);
        if (begun.Failed)
            return begun.Trouble;
        var stands = false;
        try
        {
            var trouble = await restore.RunAsync(request with { Pages = begun.Value }, images, digest, cancel);
            trouble ??= pages.Of(reservation.MigrationId) is { } session
                ? await session.ProveAsync(cancel)
                : NodeFailures.PagesLost("the migration is taken back");
            stands = trouble is null;
            return trouble;
        }
        finally
        {
            // Also when the command is given up: podman goes on all the same.
            if (!stands)
                await TakeBackAsync(reservation.MigrationId, request.Name);
        }
    }

    private async Task<Trouble?> TakeBackAsync(Guid migrationId, string name)
    {
        await pages.EndAsync(migrationId);
        return await runtime.RemoveAsync(name, CancellationToken.None) is { Failed: true } removal ? removal.Trouble : null;
    }

    /// <summary>A former attempt may have succeeded without anybody hearing of it. One whose memory was still to come counts only
    /// while it does: else it may hold zeros, and is removed.</summary>
    private async Task<Outcome<bool>> RunsAlreadyAsync(RestoreShadow command, CancellationToken cancel)
    {
        var read = await instances.ReadAsync(command.Spec.Name, cancel);
        if (read.Failed)
            return read.Trouble;
        if (read.Value is not { } file || file.InstanceId != command.InstanceId || file.MigrationId != command.MigrationId)
            return false;
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed || found.Value is not { Stays: true })
            return false;
        if (!command.PostCopy || (pages.Of(command.MigrationId) is { } session && await session.ProveAsync(cancel) is null))
            return true;
        return await TakeBackAsync(command.MigrationId, command.InstanceId) is { } trouble ? trouble : false;
    }
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Removes an instance and all that the migration has put on this node, as far as it is there.</summary>
public sealed class RemoveInstanceHandler(
    WorkerOptions options, IContainerRuntime runtime, IInstanceFiles instances, ReservationBook book,
    IncomingCheckpoints incoming, OpenChannels channels, OutgoingFolders outgoing, Preparations preparations, Bases bases,
    VolumeScans scans, PageSources sources, ComingPages coming,
    HeartbeatSignal heartbeat)
    : IStepHandler<RemoveInstance>
{
    public async Task<Trouble?> HandleAsync(
        RemoveInstance command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        // Else a container could appear after it was removed.
        await preparations.EndAsync(command.InstanceId, cancel);
        // Nobody writes into a volume that is being removed.
        await channels.CloseAsync(command.MigrationId, VolumeTalk.Purpose);
        await sources.EndAsync(command.MigrationId);
        await coming.EndAsync(command.MigrationId);
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return found.Trouble;
        // Also without a container: a network of its own may be there all the same.
        if (found.Value is null or { Spec: not null })
        {
            if (await instances.RetireAsync(command.InstanceId, cancel) is { } unwritten)
                return unwritten;
            if (await runtime.RemoveAsync(command.InstanceId, cancel) is { Failed: true } removal)
                return removal.Trouble;
        }
        instances.Remove(command.InstanceId, WorkloadOf(command, found.Value));
        // First the reservation: without it a sender that tries again is not let in behind our back.
        book.Remove(command.MigrationId);
        await channels.CloseAsync(command.MigrationId);
        await incoming.DiscardAsync(command.MigrationId);
        outgoing.Remove(command.MigrationId);
        // What the workload leaves behind when it has moved is kept for its way back.
        bases.RemoveAhead(command.MigrationId);
        scans.Forget(command.InstanceId);
        answer(new InstanceRemoved(
            command.MigrationId, command.Step, command.Attempt, options.Node, command.InstanceId));
        heartbeat.Now();
        return null;
    }

    /// <summary>The workload whose folder was made for this instance, even if no file names it yet.</summary>
    private string? WorkloadOf(RemoveInstance command, Container? found) =>
        found?.Spec?.Name ?? (book.Of(command.MigrationId) is { } reservation
            && reservation.InstanceId == command.InstanceId ? reservation.Spec.Name : null);
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Instances;
using Ms2m.NodeWorker.Networks;
using Ms2m.NodeWorker.Preflight;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Standby;
using Ms2m.NodeWorker.Transfer.Wire;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Promises to take a checkpoint, or says why not, and begins to make its container.</summary>
public sealed class ReserveTargetHandler(
    WorkerOptions options, IContainerRuntime runtime, ReservationBook book, IncomingCheckpoints incoming, OpenChannels channels, Room room,
    CheckpointStorage storage, IInstanceFiles instances, Preparations preparations, AddressCheck addresses, Bases bases,
    ExpectedBases expected, NodeFeatures features) : IStepHandler<ReserveTarget>
{
    public async Task<Trouble?> HandleAsync(
        ReserveTarget command, Action<IStepMessage> answer, CancellationToken cancel)
    {
        if (await RefuseAsync(command, cancel) is { } refusal)
            return refusal;
        // Until the reservation stands in the book, which keeps them out then.
        using var noneComes = await expected.PauseAsync();
        if (MakeRoom(command) is { } noRoom)
            return noRoom;

        // A former attempt's address is void from here on, and what came in under it is not wanted.
        await channels.CloseAsync(command.MigrationId);
        await incoming.DiscardAsync(command.MigrationId);
        instances.Make(command.Spec.Name);
        var request = new ContainerRequest(command.InstanceId, command.Spec, instances.PathOf(command.Spec.Name))
        {
            SourceNode = command.SourceNode,
        };
        // A pod's preparation may not be possible any more when it is wanted, and is nothing that takes time.
        if (command.Spec.Pod is not null && await runtime.PrepareAsync(request, cancel) is { Failed: true } unprepared)
            return unprepared.Trouble;
        var reservation = new Reservation(
            command.MigrationId, command.Attempt, command.InstanceId, command.Spec, command.SourceNode,
            TransferToken.DigestOf(command.Token), command.ExpectedBytes, command.MaxBytes)
        {
            PostCopy = command.PostCopy,
        };
        book.Write(reservation);
        if (command.Spec.Pod is null)
            preparations.Begin(request);

        var path = TransferEndpoint.PathOf(command.MigrationId, command.Attempt);
        var query = TransferUrl.Query(
            options.Way == CheckpointWayWanted.Archive ? TransferUrl.OnlyArchive : null,
            Zstd.IsAvailable ? TransferUrl.Zstd : null, TransferUrl.Delta,
            await Rsync.VersionAsync(cancel) is null ? null : TransferUrl.Volumes);
        answer(new TargetReserved(
            command.MigrationId, command.Step, command.Attempt, options.Node,
            new Uri(options.Advertise, path + query).ToString(), room.FreeForCheckpoints));
        return null;
    }

    private async Task<Trouble?> RefuseAsync(ReserveTarget command, CancellationToken cancel)
    {
        if (storage.Refuse() is { } onDisk)
            return onDisk;
        if (features.FirstMissing() is { } missing)
            return NodeFailures.FeatureMissing(missing.Name, missing.Detail);
        var image = await runtime.HasImageAsync(command.Spec.Image, cancel);
        if (image.Failed)
            return image.Trouble;
        if (!image.Value)
            return NodeFailures.NoSuchImage(command.Spec.Image);
        return await RefuseNamesAsync(command, cancel);
    }

    private Trouble? MakeRoom(ReserveTarget command)
    {
        Trouble? NoRoom() => room.Refuse(
            command.ExpectedBytes, command.PostCopy, book.Open.Where(r => r.MigrationId != command.MigrationId), runtime.CopiesOfCheckpoint);
        bases.MakeRoom(command.Spec.Name, () => NoRoom() is null);
        return NoRoom();
    }

    private async Task<Trouble?> RefuseNamesAsync(ReserveTarget command, CancellationToken cancel)
    {
        var listed = await runtime.ListAsync(cancel);
        if (listed.Failed)
            return listed.Trouble;
        // One folder, and so one instance, a workload and node: a restored mount names the folder.
        if (listed.Value.FirstOrDefault(c => c.Spec?.Name == command.Spec.Name && c.Name != command.InstanceId) is { } other)
            return NodeFailures.WorkloadHere(command.Spec.Name, other.Name);
        if (book.Open.FirstOrDefault(r => r.Spec.Name == command.Spec.Name && r.MigrationId != command.MigrationId) is { } promised)
            return NodeFailures.WorkloadHere(command.Spec.Name, promised.InstanceId);
        if (await addresses.RefuseAsync(command.Spec, listed.Value, moves: true, cancel) is { } taken)
            return taken;
        var found = await runtime.FindAsync(command.InstanceId, cancel);
        if (found.Failed)
            return found.Trouble;
        // A container that waits for a checkpoint is an earlier attempt's and will do.
        return found.Value is { } existing && (existing.Spec is null || existing.IsRunning || existing.IsFrozen)
            ? NodeFailures.NameTaken(command.InstanceId)
            : null;
    }
}

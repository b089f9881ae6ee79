using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Steps;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>Takes the volumes of a container that waits here for its checkpoint. They are its own and new; when the
/// migration is rolled back they go with it.</summary>
public sealed class VolumeReceiver(
    WorkerOptions options, IContainerRuntime runtime, Preparations preparations, VolumeScans scans,
    Admission admission, TimeProvider time, ILogger<VolumeReceiver> log) : IChannelHandler
{
    private static readonly TimeSpan Watching = TimeSpan.FromMilliseconds(100);

    public string Purpose => VolumeTalk.Purpose;

    public async Task ServeAsync(Reservation reservation, ChannelStream channel, CancellationToken cancel)
    {
        var request = await VolumeTalk.HearAsync<VolumeRequest>(channel, cancel);
        var found = await FindAsync(reservation, request, cancel);
        await VolumeTalk.SayAsync(channel, new VolumeAnswer(found.Trouble), cancel);
        if (found.Failed)
            return;
        var folder = found.Value;
        PrivateFiles.CreateFolder(options.VolumesFolder);
        using var full = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = WatchAsync(folder, full);
        try
        {
            if (await Rsync.ReceiveAsync(folder, options.VolumesFolder, channel, full.Token) is { } complaint)
                VolumeLog.NotReceived(log, reservation.MigrationId, request.Destination, complaint);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            throw new IOException(NodeFailures.NoRoom("The folder of volumes", options.DiskReserveBytes, free).Reason.Message);
        }
        finally
        {
            await full.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // Nobody waits for it: what is read now need not be read when the workload stands still.
        if (!cancel.IsCancellationRequested)
            _ = LookAheadAsync(reservation, request.Destination, folder);
    }

    private async Task<Outcome<string>> FindAsync(Reservation reservation, VolumeRequest request, CancellationToken cancel)
    {
        // Not made here: it could appear after a rollback has removed it.
        await preparations.WaitAsync(reservation.InstanceId, cancel);
        // The migration may have ended meanwhile, and with it the one who would remove what comes.
        if (!admission.IsOpen(reservation))
            return NodeFailures.NotReserved();
        var volumes = await runtime.VolumesAsync(reservation.InstanceId, cancel);
        if (volumes.Failed)
            return volumes.Trouble;
        if (volumes.Value.FirstOrDefault(one => one.Destination == request.Destination) is not { } volume)
            return NodeFailures.TransferRefused("the container has no such volume here");
        var needed = request.Bytes + options.DiskReserveBytes;
        var there = new DriveInfo(volume.Folder).AvailableFreeSpace + scans.Of(reservation.InstanceId, volume.Destination).Bytes;
        return there < needed ? NodeFailures.NoRoom("The folder of volumes", needed, there) : volume.Folder;
    }

    /// <summary>A sender is believed nothing of what its files will take here.</summary>
    private async Task WatchAsync(string folder, CancellationTokenSource full)
    {
        var disk = new DriveInfo(folder);
        using var timer = new PeriodicTimer(Watching, time);
        while (await timer.WaitForNextTickAsync(full.Token))
        {
            if (disk.AvailableFreeSpace < options.DiskReserveBytes)
                await full.CancelAsync();
        }
    }

    private async Task LookAheadAsync(Reservation reservation, string destination, string folder)
    {
        try
        {
            await scans.Of(reservation.InstanceId, destination).LookArrivingAsync(folder, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is being removed. What counts is the look before the restore.
            VolumeLog.NotLookedAt(log, reservation.MigrationId, destination, e.Message);
        }
    }
}

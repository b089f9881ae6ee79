using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>Brings a container's volumes to the target of a migration: in rounds while it runs, and once more while it
/// stands still, when only what has changed since is left.</summary>
public sealed class VolumeSender(
    IContainerRuntime runtime, ChannelOpener opener, VolumeScans scans, TimeProvider time, ILogger<VolumeSender> log)
{
    /// <summary>Well before the plan that waits for the rounds gives the step up.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    /// <summary>The volumes that can travel in this way; none where they have to travel within the checkpoint, or there are
    /// none.</summary>
    public async Task<Outcome<IReadOnlyList<MountedVolume>>> VolumesOfAsync(
        TransferOrder order, string instance, CancellationToken cancel)
    {
        var found = await runtime.VolumesAsync(instance, cancel);
        if (found.Failed || found.Value.Count == 0)
            return found;
        if (await WhyNotAsync(order, cancel) is not { } reason)
            return found;
        VolumeLog.WithinCheckpoint(log, instance, reason);
        return Array.Empty<MountedVolume>();
    }

    /// <summary>Trouble ends the rounds, and is told in words: the last round brings what they have not.</summary>
    public async Task<(IReadOnlyList<VolumeRound> Rounds, string? StoppedBecause)> RunAheadAsync(
        TransferOrder order, string instance, CancellationToken cancel)
    {
        var rounds = new List<VolumeRound>();
        var volumes = await VolumesOfAsync(order, instance, cancel);
        if (volumes.Failed)
            return (rounds, volumes.Trouble.Reason.Message);
        if (volumes.Value.Count == 0)
            return (rounds, null);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Longest);
        try
        {
            while (true)
            {
                if (VolumeRoundRules.WhyStop(rounds, order.Options.MaxRounds) is { } reason)
                    return (rounds, reason);
                var since = time.GetTimestamp();
                var (bytes, wire) = (0L, 0L);
                foreach (var volume in volumes.Value)
                {
                    var scan = scans.Of(instance, volume.Destination);
                    var picture = await scan.LookAheadAsync(volume.Folder, limited.Token);
                    var sent = await SendAsync(order, volume, scan, picture.Bytes, changes: true, limited.Token);
                    if (sent.Failed)
                        return (rounds, sent.Trouble.Reason.Message);
                    (bytes, wire) = (bytes + picture.Bytes, wire + sent.Value);
                }
                rounds.Add(new VolumeRound(bytes, wire, time.GetElapsedTime(since).TotalMilliseconds));
                VolumeLog.SentAhead(log, instance, rounds.Count, bytes, wire);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (rounds, NodeFailures.TookTooLong("Sending volumes ahead", Longest).Reason.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (rounds, e.Message);
        }
    }

    /// <summary>The last round, while the container stands still. Leaves the sheet of what the volumes hold in the folder of
    /// the checkpoint; gives what went over the wire.</summary>
    public async Task<Outcome<long>> FinishAsync(
        TransferOrder order, string instance, IReadOnlyList<MountedVolume> volumes, string folder, CancellationToken cancel)
    {
        var (digests, wire) = (new SortedDictionary<string, string>(StringComparer.Ordinal), 0L);
        foreach (var volume in volumes)
        {
            var scan = scans.Of(instance, volume.Destination);
            var looking = scan.LookAsync(volume.Folder, cancel);
            var sent = await SendAsync(order, volume, scan, scan.Bytes, changes: false, cancel);
            var picture = await looking;
            if (picture.Refusal is { } refusal)
                return NodeFailures.VolumeRefused(volume.Destination, refusal);
            if (sent.Failed)
                return sent.Trouble;
            digests[volume.Destination] = picture.Digest;
            wire += sent.Value;
            VolumeLog.Finished(log, instance, volume.Destination, picture.Bytes, sent.Value, scan.FilesRead);
        }
        PrivateFiles.Replace(
            Path.Combine(folder, VolumeSheet.FileName),
            JsonSerializer.SerializeToUtf8Bytes(new VolumeSheet(digests), ContractJson.Options));
        return wire;
    }

    private async Task<Outcome<long>> SendAsync(
        TransferOrder order, MountedVolume volume, VolumeScan scan, long bytes, bool changes, CancellationToken cancel)
    {
        var opened = await opener.OpenAsync(order, VolumeTalk.Purpose, cancel);
        if (opened.Failed)
            return opened.Trouble;
        await using var channel = opened.Value;
        try
        {
            await VolumeTalk.SayAsync(channel, new VolumeRequest(volume.Destination, bytes), cancel);
            if ((await VolumeTalk.HearAsync<VolumeAnswer>(channel, cancel)).Refusal is { } refusal)
                return refusal;
            return await Rsync.SendAsync(volume.Folder, channel, changes, inPlace: !scan.SawHardLinks, cancel) is { } complaint
                ? NodeFailures.VolumeNotSent(volume.Destination, complaint)
                : channel.WireBytes;
        }
        catch (IOException e)
        {
            return NodeFailures.VolumeNotSent(volume.Destination, e.Message);
        }
    }

    private static async Task<string?> WhyNotAsync(TransferOrder order, CancellationToken cancel) =>
        order.Options.Mode == TransferMode.Registry ? "an image in a registry holds them"
        : !TransferUrl.AcceptsVolumes(order.Url) ? $"{order.TargetNode} has no rsync, or an older worker"
        : await Rsync.VersionAsync(cancel) is null ? "this node has no rsync"
        : null;
}

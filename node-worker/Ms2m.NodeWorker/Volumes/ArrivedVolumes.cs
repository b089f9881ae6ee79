using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>Whether a container's volumes are what they were when its memory was taken, before it is restored upon them.</summary>
public sealed class ArrivedVolumes(IContainerRuntime runtime, VolumeScans scans)
{
    /// <summary>Why it must not be restored; null when it may.</summary>
    /// <param name="images">Folder of the checkpoint, whose digest is what the source's worker has named.</param>
    public async Task<Trouble?> RefuseAsync(ContainerRequest request, string images, CancellationToken cancel)
    {
        var path = Path.Combine(images, VolumeSheet.FileName);
        if (!File.Exists(path))
            return null;
        if (PrivateFiles.ReadJson<VolumeSheet>(path) is not { Digests: { } digests })
            return NodeFailures.VolumeRefused(VolumeSheet.FileName, "it is no list of volumes");
        // What prepares it anew, should it have to be, comes before the look at what it has then.
        if (await runtime.PrepareAsync(request, cancel) is { Failed: true } preparation)
            return preparation.Trouble;
        var volumes = await runtime.VolumesAsync(request.Name, cancel);
        if (volumes.Failed)
            return volumes.Trouble;
        if (!volumes.Value.Select(one => one.Destination).ToHashSet().SetEquals(digests.Keys))
            return NodeFailures.VolumeRefused(VolumeSheet.FileName, "it names other volumes than the container has");
        foreach (var volume in volumes.Value)
        {
            var picture = await scans.Of(request.Name, volume.Destination).LookAsync(volume.Folder, cancel);
            if (picture.Refusal is { } refusal)
                return NodeFailures.VolumeRefused(volume.Destination, refusal);
            if (picture.Digest != digests[volume.Destination])
                return NodeFailures.VolumeDiffers(volume.Destination);
        }
        return null;
    }
}

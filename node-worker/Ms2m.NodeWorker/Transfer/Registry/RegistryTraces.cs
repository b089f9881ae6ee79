using System.Security.Cryptography;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>What this node has put into the registry and not yet deleted: a note on the disk for each image, without anything
/// of its content, so that a worker that is killed in between deletes it in its next life.</summary>
public sealed class RegistryTraces(WorkerOptions options, ILogger<RegistryTraces> log) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    internal void Note(CheckpointImage image)
    {
        PrivateFiles.CreateFolder(options.RegistryFolder);
        PrivateFiles.ReplaceJson(PathOf(image.Manifest.Digest), new Trace(
            image.Manifest.Digest, [image.Layer.Digest, image.Config.Digest]));
    }

    /// <summary>A registry frees the room of what is deleted when its garbage is collected; nobody can fetch it before.</summary>
    internal async Task<bool> RemoveAsync(RegistryClient registry, string manifest, CancellationToken cancel)
    {
        if (PrivateFiles.ReadJson<Trace>(PathOf(manifest)) is not { Blobs: { } blobs } || !blobs.All(Blob.IsDigest))
            return true;
        try
        {
            var trouble = await registry.DeleteAsync($"manifests/{manifest}", cancel);
            foreach (var blob in blobs)
                trouble ??= await registry.DeleteAsync($"blobs/{blob}", cancel);
            if (trouble is null)
            {
                File.Delete(PathOf(manifest));
                return true;
            }
            RegistryLog.NotDeleted(log, manifest, trouble.Reason.Message);
        }
        catch (OperationCanceledException)
        {
            RegistryLog.NotDeleted(log, manifest, "it did not answer in time");
        }
        return false;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Only those of an earlier life: the ones of this are deleted by whoever made them.
        var found = Directory.Exists(options.RegistryFolder) ? Directory.GetFiles(options.RegistryFolder, "*.json") : [];
        if (found.Length == 0 || options.Registry is not { } place)
            return;
        try
        {
            using var registry = new RegistryClient(place);
            foreach (var path in found)
            {
                while (PrivateFiles.ReadJson<Trace>(path) is { Manifest: { } manifest } && Blob.IsDigest(manifest)
                    && !await RemoveAsync(registry, manifest, stoppingToken))
                    await Task.Delay(Again, stoppingToken);
                RegistryLog.Found(log, Path.GetFileNameWithoutExtension(path));
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            // Not a reason for a worker to end: its authorities cannot be read.
            RegistryLog.NotDeleted(log, $"({found.Length} of them)", e.Message);
        }
    }

    private string PathOf(string manifest) => Path.Combine(
        options.RegistryFolder, $"{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(manifest)))}.json");

    private sealed record Trace(string Manifest, IReadOnlyList<string> Blobs);
}

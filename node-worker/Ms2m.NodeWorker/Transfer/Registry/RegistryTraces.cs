using System.Collections.Concurrent;
using System.Security.Cryptography;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>What this node has put into the registry and not yet deleted: a note on the disk for each image, without anything
/// of its content, so that a worker that is killed in between deletes it in its next life.</summary>
public sealed class RegistryTraces(WorkerOptions options, ILogger<RegistryTraces> log) : BackgroundService
{
    /// <summary>Manifests that nobody else will delete any more: of an earlier life, or once tried in vain.</summary>
    private readonly ConcurrentDictionary<string, bool> _left = new();

    /// <summary>Between two looks at what is left: it is what a workload had in its memory.</summary>
    internal TimeSpan Again { get; set; } = TimeSpan.FromSeconds(10);

    internal void Note(CheckpointImage image)
    {
        _left.TryRemove(image.Manifest.Digest, out _);
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
                _left.TryRemove(manifest, out _);
                return true;
            }
            RegistryLog.NotDeleted(log, manifest, trouble.Reason.Message);
        }
        catch (OperationCanceledException)
        {
            RegistryLog.NotDeleted(log, manifest, "it did not answer in time");
        }
        _left[manifest] = true;
        return false;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before this life makes any: of its own, only those are left that whoever made them could not delete.
        await GuardedAsync(() =>
        {
            foreach (var trace in Traces())
                _left[trace.Manifest] = true;
            return Task.CompletedTask;
        });
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Registry is not { } place)
            return;
        using var timer = new PeriodicTimer(Again);
        do
        {
            await GuardedAsync(() => RemoveLeftAsync(place, stoppingToken));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Each once: one that the registry does not let go keeps no other.</summary>
    private async Task RemoveLeftAsync(RegistryPlace place, CancellationToken cancel)
    {
        if (_left.IsEmpty)
            return;
        using var registry = new RegistryClient(place);
        foreach (var manifest in _left.Keys)
        {
            if (IsInUse(manifest) || !await RemoveAsync(registry, manifest, cancel))
                continue;
            _left.TryRemove(manifest, out _);
            RegistryLog.Found(log, manifest);
        }
    }

    /// <summary>Notes or authorities that cannot be read are not a reason for a worker to end.</summary>
    private async Task GuardedAsync(Func<Task> look)
    {
        try
        {
            await look();
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            RegistryLog.NotDeleted(log, "(any)", e.Message);
        }
    }

    /// <summary>The same checkpoint may be on its way in another image.</summary>
    private bool IsInUse(string manifest)
    {
        var traces = Traces();
        return traces.FirstOrDefault(trace => trace.Manifest == manifest) is { } mine
            && traces.Any(other => !_left.ContainsKey(other.Manifest) && other.Blobs.Intersect(mine.Blobs).Any());
    }

    private List<Trace> Traces() => !Directory.Exists(options.RegistryFolder) ? [] :
    [
        .. from path in Directory.GetFiles(options.RegistryFolder, "*.json")
           let trace = PrivateFiles.ReadJson<Trace>(path)
           where trace is { Manifest: not null, Blobs: not null } && Blob.IsDigest(trace.Manifest)
           select trace,
    ];

    private string PathOf(string manifest) => Path.Combine(
        options.RegistryFolder, $"{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(manifest)))}.json");

    private sealed record Trace(string Manifest, IReadOnlyList<string> Blobs);
}

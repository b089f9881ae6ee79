using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>Images that the kubelet pulls from a registry: where the worker is given neither socket nor storage of the
/// runtime.</summary>
internal sealed class RegistryImages(WorkerOptions options, RegistryTraces traces, TimeProvider time) : IImageLoader
{
    public const string Name = "registry";

    public string For => Name;

    /// <summary>Beside it, the layer that is sent.</summary>
    public int Copies => 2;

    public async Task<Outcome<LoadedImage>> LoadAsync(PodImage image, string name, CancellationToken cancel)
    {
        if (options.Registry is not { } place)
            return NodeFailures.NoRegistry(options.Node);
        PrivateFiles.CreateFolder(options.ImagesFolder);
        var layer = Path.Combine(options.ImagesFolder, $"layer-{Guid.NewGuid():N}");
        using var registry = new RegistryClient(place);
        // Before the first byte: whatever happens from here on, somebody knows what to delete.
        traces.Note(image.Image);
        try
        {
            await using (var file = new FileStream(layer, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = PrivateFiles.File,
            }))
                await image.Content.WriteToAsync(file, cancel);
            var pushed = await RegistryTransfer.PushAsync(registry, image.Image, layer, new PacedWire(null, time), cancel);
            return pushed is not null
                ? pushed
                : new LoadedImage(
                    $"{place.Address.Authority}/{place.Repository}@{image.Image.Manifest.Digest}", ImagePull.Always,
                    image.Image.Manifest.Digest, image.Image.Config.Digest);
        }
        finally
        {
            File.Delete(layer);
        }
    }

    /// <summary>From the registry. What the kubelet has pulled is its own to remove, when room gets short.</summary>
    public async Task<Trouble?> UnloadAsync(LoadedImage image, CancellationToken cancel)
    {
        if (options.Registry is not { } place)
            return null;
        using var registry = new RegistryClient(place);
        await traces.RemoveAsync(registry, image.Manifest, cancel);
        return null;
    }

    public Task<Outcome<bool>> HasBaseAsync(string image, CancellationToken cancel) => Task.FromResult<Outcome<bool>>(true);

    public Task<NodeFeature> LookAsync(CancellationToken cancel) => Task.FromResult(new NodeFeature(
        "image-loading", options.Registry is not null, options.Registry?.Address.ToString() ?? "MS2M_REGISTRY is not set"));
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Archives;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

internal sealed partial class KubernetesRuntime
{
    private const string Repository = "localhost/ms2m/checkpoint";

    private readonly ConcurrentDictionary<string, bool> _restoring = new();

    /// <summary>Where it is written which images the runtime still has: they hold a memory.</summary>
    private string Loaded => Path.Combine(options.Data, "images");

    public async Task<Outcome<Done>> RestoreAsync(ContainerRequest request, string folder, CancellationToken cancel)
    {
        if (request.Pages is not null)
            return NodeFailures.NotOfPods("post-copy");
        if (PendingOf(request) is not { } file)
            return NodeFailures.NotTheInstance(request.Name, null);
        var read = await PodOfAsync(request, folder, cancel);
        if (read.Failed)
            return read.Trouble;
        if (await CheckedArchive.CheckFolderAsync(folder, [], cancel, whiteouts: true) is { } refusal)
            return refusal;
        var here = await node.LookAsync(cancel);
        if (here.Failed)
            return here.Trouble;
        var loader = await node.LoaderAsync(cancel);
        if (loader.Failed)
            return loader.Trouble;
        var image = await PodImage.OfAsync(
            folder, request.Spec.Pod!.Container, here.Value.Status?.NodeInfo?.Architecture ?? "amd64", cancel);
        _restoring[request.Name] = true;
        try
        {
            var loaded = await LoadAsync(loader.Value, image, request.Name, cancel);
            if (loaded.Failed)
                return loaded.Trouble;
            var pod = RestoredPod.From(read.Value, request.Spec, file, options.Node, loaded.Value.Name, loaded.Value.Pull);
            return await StartAsync(pod, cancel) is { } trouble ? NodeFailures.RestoreFailed(request.Name, trouble.Reason.Message) : NodeWorker.Done.It;
        }
        finally
        {
            // The container has its memory, or never will: a second copy of its secrets is of no more use.
            _restoring.TryRemove(request.Name, out _);
            await ForgetImagesAsync(request.Name, CancellationToken.None);
        }
    }

    /// <summary>Of which pod the container was. Only what this node has written itself is believed; of a checkpoint from another
    /// node, the API server's word counts.</summary>
    private async Task<Outcome<Pod>> PodOfAsync(ContainerRequest request, string folder, CancellationToken cancel)
    {
        var said = PodDocument.Read(folder, request.Spec);
        if (said.Failed || folder.StartsWith($"{options.OutgoingFolder}/", StringComparison.Ordinal))
            return said;
        return _sources.Has(request.Name) || await PrepareAsync(request, cancel) is not { Failed: true } unknown
            ? _sources.Find(request.Name, request.Spec)
            : unknown.Trouble;
    }

    /// <summary>Forgets which pods sources were whose migrations are over.</summary>
    public void ForgetSources() => _sources.RemoveOld(time.GetUtcNow());

    private async Task<Outcome<LoadedImage>> LoadAsync(
        IImageLoader loader, PodImage image, string instance, CancellationToken cancel)
    {
        // A name of its own for each attempt: the kubelet may still be at work on the last one's.
        var name = $"{Repository}/{instance}:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        // Before it is there: whatever happens from here on, somebody knows what to remove.
        Note(new LoadedImage(name, ImagePull.Never, image.Image.Manifest.Digest, image.Image.Config.Digest), instance);
        return await loader.LoadAsync(image, name, cancel);
    }

    private void Note(LoadedImage image, string instance)
    {
        PrivateFiles.CreateFolder(Loaded);
        PrivateFiles.ReplaceJson(NoteOf(instance, image.Name), image);
    }

    private string NoteOf(string instance, string name) => Path.Combine(
        Loaded, $"{instance}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 6))}.json");

    /// <summary>Removes images that nobody restores from any more.</summary>
    public Task ForgetLeftImagesAsync(CancellationToken cancel) => ForgetImagesAsync(
        [.. Notes("*").Where(note => !_restoring.ContainsKey(Path.GetFileName(note).Split('.')[0]))], cancel);

    /// <summary>Removes the images of an instance from the runtime.</summary>
    private Task ForgetImagesAsync(string instance, CancellationToken cancel) => ForgetImagesAsync(Notes(instance), cancel);

    private string[] Notes(string instance) => Directory.Exists(Loaded) ? Directory.GetFiles(Loaded, $"{instance}.*.json") : [];

    private async Task ForgetImagesAsync(string[] notes, CancellationToken cancel)
    {
        if (notes.Length == 0)
            return;
        var loader = await node.LoaderAsync(cancel);
        foreach (var note in notes)
        {
            var image = PrivateFiles.ReadJson<LoadedImage>(note);
            var trouble = loader.Trouble ?? (image is null ? null : await loader.Value.UnloadAsync(image, cancel));
            if (trouble is null)
                File.Delete(note);
            else
                ImageStays(image?.Name ?? note, trouble.Reason.Message);
        }
    }

    [LoggerMessage(2704, LogLevel.Warning, "The checkpoint's image {Image} is still in the runtime's storage: {Cause}")]
    private partial void ImageStays(string image, string cause);
}

using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>CRI-O's images, by <c>skopeo</c>, which writes into the storage that CRI-O reads.</summary>
internal sealed class CrioImages(WorkerOptions options) : IImageLoader
{
    public const string Name = "cri-o";

    public const int MostCopies = 3;

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Copying = TimeSpan.FromMinutes(3);

    public string For => Name;

    /// <summary>Beside it, the image, and what skopeo writes on its way.</summary>
    public int Copies => MostCopies;

    public async Task<Outcome<LoadedImage>> LoadAsync(PodImage image, string name, CancellationToken cancel)
    {
        // In memory, as the checkpoint itself is; and so is what skopeo writes on its way, whether or not it removes it.
        var folder = Path.Combine(options.ImagesFolder, Guid.NewGuid().ToString("N"));
        var (layout, temporary) = (Path.Combine(folder, "image"), Path.Combine(folder, "tmp"));
        foreach (var one in (string[])[options.ImagesFolder, folder, layout, temporary])
            PrivateFiles.CreateFolder(one);
        try
        {
            await OciLayout.WriteFolderAsync(image, name, layout, cancel);
            var copied = await SkopeoAsync(
                ["copy", "--insecure-policy", "--quiet", $"oci:{layout}:{name}", Stored(name)], Copying, cancel, temporary);
            return copied.Failed
                ? copied.Trouble
                : new LoadedImage(name, ImagePull.Never, image.Image.Manifest.Digest, image.Image.Config.Digest);
        }
        finally
        {
            PrivateFiles.DeleteFolder(folder);
        }
    }

    public async Task<Trouble?> UnloadAsync(LoadedImage image, CancellationToken cancel)
    {
        var there = await HasBaseAsync(image.Name, cancel);
        return there.Failed ? there.Trouble
            : there.Value ? (await SkopeoAsync(["delete", Stored(image.Name)], Quick, cancel)).Trouble
            : null;
    }

    /// <summary>CRI-O restores only upon a base image that is here.</summary>
    public async Task<Outcome<bool>> HasBaseAsync(string image, CancellationToken cancel)
    {
        var shown = await SkopeoAsync(["inspect", "--raw", Stored(image)], Quick, cancel);
        return !shown.Failed ? true
            : shown.Trouble.Reason.Message.Contains("does not resolve to an image ID", StringComparison.Ordinal) ? false
            : shown.Trouble;
    }

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var version = await SkopeoAsync(["--version"], Quick, cancel);
        var detail = version.Trouble?.Reason.Message
            ?? (Directory.Exists(Settings.CrioStorage) ? null : $"{Settings.CrioStorage} is not mounted");
        return new NodeFeature("image-loading", detail is null, detail ?? $"skopeo into {Settings.CrioStorage}");
    }

    private KubernetesSettings Settings => options.Kubernetes ?? new KubernetesSettings();

    private string Stored(string name) => $"containers-storage:[{Settings.CrioDriver}@{Settings.CrioStorage}+{Settings.CrioRun}]{name}";

    private async Task<Outcome<string>> SkopeoAsync(
        string[] arguments, TimeSpan limit, CancellationToken cancel, string? temporary = null)
    {
        try
        {
            var (code, said) = await NodeProgram.RunAsync(
                "skopeo", arguments, null, limit, cancel, new Dictionary<string, string> { ["TMPDIR"] = temporary ?? options.Checkpoints });
            return code == 0 ? said : NodeFailures.ImageNotLoaded($"skopeo {arguments[0]}: {NodeProgram.End(said)}");
        }
        catch (TimeoutException)
        {
            return NodeFailures.TookTooLong("skopeo", limit);
        }
    }
}

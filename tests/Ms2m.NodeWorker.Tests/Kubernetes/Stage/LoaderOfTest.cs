using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Stage;

/// <summary>A runtime's storage that is only remembered.</summary>
internal sealed class LoaderOfTest : IImageLoader
{
    public string For => ContainerdImages.Name;

    public int Copies { get; set; } = 1;

    public List<string> Images { get; } = [];

    public bool Fails { get; set; }

    public bool Keeps { get; set; }

    public bool HasBase { get; set; } = true;

    public Task<Outcome<LoadedImage>> LoadAsync(PodImage image, string name, CancellationToken cancel)
    {
        Images.Add(name);
        return Task.FromResult<Outcome<LoadedImage>>(Fails
            ? NodeFailures.ImageNotLoaded("it was told to")
            : new LoadedImage(name, ImagePull.Never, image.Image.Manifest.Digest, image.Image.Config.Digest));
    }

    public Task<Trouble?> UnloadAsync(LoadedImage image, CancellationToken cancel)
    {
        if (Keeps)
            return Task.FromResult<Trouble?>(NodeFailures.ImageNotLoaded("it was told to"));
        Images.Remove(image.Name);
        return Task.FromResult<Trouble?>(null);
    }

    public Task<Outcome<bool>> HasBaseAsync(string image, CancellationToken cancel) => Task.FromResult<Outcome<bool>>(HasBase);

    public Task<NodeFeature> LookAsync(CancellationToken cancel) => Task.FromResult(new NodeFeature("image-loading", true, ""));
}

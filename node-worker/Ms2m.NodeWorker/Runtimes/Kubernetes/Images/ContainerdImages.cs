using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>containerd's images, by its own program <c>ctr</c>. The kubelet's are in a name space of containerd's.</summary>
internal sealed class ContainerdImages(WorkerOptions options, TimeProvider time) : IImageLoader
{
    public const string Name = "containerd";

    private const string NameSpace = "k8s.io";

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Importing = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    public string For => Name;

    /// <summary>What it is given goes into containerd's storage and lies nowhere else.</summary>
    public int Copies => 1;

    public async Task<Outcome<LoadedImage>> LoadAsync(PodImage image, string name, CancellationToken cancel)
    {
        var imported = await CtrAsync(
            ["images", "import", .. Unpacking, "-"], (to, token) => OciLayout.WriteArchiveAsync(image, name, to, token), Importing, cancel);
        if (imported.Failed)
            return imported.Trouble;
        if (await WaitUntilKnownAsync(name, cancel) is { } trouble)
            return trouble;
        return new LoadedImage(name, ImagePull.Never, image.Image.Manifest.Digest, image.Image.Config.Digest);
    }

    /// <summary>The part of containerd that serves the kubelet names the image by its configuration too, and as long as it does
    /// its content stays. A container that was restored from it needs it no more.</summary>
    public async Task<Trouble?> UnloadAsync(LoadedImage image, CancellationToken cancel) =>
        (await CtrAsync(["images", "rm", "--sync", image.Name, image.Config], null, Quick, cancel)).Trouble;

    /// <summary>At a restore containerd fetches the base image from where its reference says, whatever is here.</summary>
    public Task<Outcome<bool>> HasBaseAsync(string image, CancellationToken cancel) => Task.FromResult<Outcome<bool>>(true);

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var version = await CtrAsync(["version"], null, Quick, cancel);
        return new NodeFeature("image-loading", !version.Failed, version.Trouble?.Reason.Message ?? $"ctr on {Socket}");
    }

    /// <summary>containerd unpacks by itself only for those that its configuration names; for another one its program does.</summary>
    private string[] Unpacking =>
        options.Kubernetes?.ContainerdSnapshotter is { } snapshotter ? ["--local", "--snapshotter", snapshotter] : [];

    private string Socket => (options.Kubernetes ?? new KubernetesSettings()).ContainerdSocket;

    /// <summary>The kubelet is told that the image is there, and must not look too early: it would try again much later.</summary>
    private async Task<Trouble?> WaitUntilKnownAsync(string name, CancellationToken cancel)
    {
        for (var since = time.GetTimestamp(); time.GetElapsedTime(since) < Quick; await Task.Delay(Moment, time, cancel))
        {
            var known = await CtrAsync(
                ["images", "ls", "--quiet", $"name=={name},labels.\"io.cri-containerd.image\"==managed"], null, Quick, cancel);
            if (known.Failed)
                return known.Trouble;
            if (known.Value.Length > 0)
                return null;
        }
        return NodeFailures.ImageNotLoaded("containerd has it and does not show it to the kubelet");
    }

    private async Task<Outcome<string>> CtrAsync(
        string[] arguments, Func<Stream, CancellationToken, Task>? feed, TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            var (code, said) = await NodeProgram.RunAsync(
                "ctr", ["--address", Socket, "--namespace", NameSpace, .. arguments], feed, limit, cancel);
            return code == 0 ? said : NodeFailures.ImageNotLoaded($"ctr {arguments[0]}: {NodeProgram.End(said)}");
        }
        catch (TimeoutException)
        {
            return NodeFailures.TookTooLong("ctr", limit);
        }
    }
}

using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>Gives a checkpoint's image to the runtime of this node, and takes it away again: it holds a memory.</summary>
internal interface IImageLoader
{
    /// <summary>The runtime, as a node's report names it, or where the images go instead.</summary>
    string For { get; }

    /// <summary>How often a checkpoint lies in the worker's memory while it is loaded, itself included.</summary>
    int Copies { get; }

    /// <param name="name">As a pod would name it; harmless when it is there.</param>
    Task<Outcome<LoadedImage>> LoadAsync(PodImage image, string name, CancellationToken cancel);

    /// <summary>Harmless when it is not there.</summary>
    Task<Trouble?> UnloadAsync(LoadedImage image, CancellationToken cancel);

    /// <summary>Whether the runtime would find a base image when it restores.</summary>
    Task<Outcome<bool>> HasBaseAsync(string image, CancellationToken cancel);

    /// <summary>Whether images can be given to the runtime at all.</summary>
    Task<NodeFeature> LookAsync(CancellationToken cancel);
}

/// <param name="Name">As the pod names it.</param>
/// <param name="Manifest">Digest of its manifest.</param>
/// <param name="Config">Digest of its configuration, by which a runtime names it too.</param>
internal sealed record LoadedImage(string Name, ImagePull Pull, string Manifest, string Config);

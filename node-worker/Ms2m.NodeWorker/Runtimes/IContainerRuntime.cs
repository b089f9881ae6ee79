namespace Ms2m.NodeWorker.Runtimes;

/// <summary>The few things the worker asks of whatever runs containers. Every verb has its own time limit and answers
/// with trouble instead of hanging.</summary>
public interface IContainerRuntime
{
    /// <summary>Runs a container; harmless when it runs already.</summary>
    Task<Outcome<Container>> RunAsync(ContainerRequest request, CancellationToken cancel);

    /// <summary>Containers that belong to workloads, running or not.</summary>
    Task<Outcome<IReadOnlyList<Container>>> ListAsync(CancellationToken cancel);

    /// <summary>The container of that name, or null; also one that belongs to no workload (its spec is null then).</summary>
    Task<Outcome<Container?>> FindAsync(string name, CancellationToken cancel);

    /// <summary>The container's volumes, by where they are mounted.</summary>
    Task<Outcome<IReadOnlyList<MountedVolume>>> VolumesAsync(string name, CancellationToken cancel);

    /// <summary>Names of the images that are there.</summary>
    Task<Outcome<IReadOnlyList<string>>> ImagesAsync(CancellationToken cancel);

    Task<Outcome<bool>> HasImageAsync(string image, CancellationToken cancel);

    /// <summary>How often a checkpoint lies in the checkpoints' folder while it is restored.</summary>
    int CopiesOfCheckpoint => 1;

    /// <summary>Writes the container's memory into a folder and lets it run on, unless it is to stay frozen. A container
    /// that would have stayed frozen runs on when the dump has failed, if it ran before.</summary>
    Task<Outcome<Dump>> CheckpointAsync(DumpRequest request, CancellationToken cancel);

    /// <summary>Writes a running container's memory into a folder, so that a checkpoint which names it as its
    /// <see cref="DumpRequest.Parent"/> need not write again what has not changed by then. The processes stand still for
    /// a moment of it.</summary>
    /// <param name="request">As the checkpoint will be asked for, but for the folder.</param>
    Task<Outcome<PreDump>> PreDumpAsync(DumpRequest request, CancellationToken cancel);

    /// <summary>Lets the container's processes stand still, and cuts it off from a network of its own. Harmless when they
    /// do.</summary>
    Task<Outcome<Done>> FreezeAsync(string name, CancellationToken cancel);

    /// <summary>Puts the container on its network, if it has one of its own, and lets its processes run. Harmless when they
    /// do.</summary>
    Task<Outcome<Done>> ThawAsync(string name, CancellationToken cancel);

    /// <summary>Makes a container that has never run its program and waits for a checkpoint; a network of its own is cut
    /// off. Harmless when repeated.</summary>
    Task<Outcome<Done>> PrepareAsync(ContainerRequest request, CancellationToken cancel);

    /// <summary>Restores a checkpoint as the container of this request; prepares it first when nobody has. A network of its
    /// own stays cut off until the container is thawed.</summary>
    Task<Outcome<Done>> RestoreAsync(ContainerRequest request, string folder, CancellationToken cancel);

    /// <summary>Makes ready to restore a checkpoint that was made for post-copy.</summary>
    /// <param name="images">Where the checkpoint lies.</param>
    /// <param name="work">An empty, private folder, which <see cref="ContainerRequest.Pages"/> then names.</param>
    Task<Outcome<IPageDaemon>> StartPagesAsync(string images, string work, CancellationToken cancel);

    /// <summary>Ends the daemon of that folder, whoever has started it, and first the container that depends on it. Does
    /// nothing, and says so by true, when every page is there.</summary>
    /// <exception cref="IOException">The container could not be ended.</exception>
    Task<bool> EndPagesAsync(string work);

    /// <summary>Calls <paramref name="look"/> whenever a container of a workload may have ended. Ends only with trouble:
    /// it cannot watch, or not any more.</summary>
    Task<Outcome<Done>> WatchExitsAsync(Action look, CancellationToken cancel);

    /// <summary>Kills and removes; harmless when there is none.</summary>
    Task<Outcome<Done>> RemoveAsync(string name, CancellationToken cancel);
}

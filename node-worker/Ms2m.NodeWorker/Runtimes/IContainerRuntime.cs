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

    /// <summary>Names of the images that are there.</summary>
    Task<Outcome<IReadOnlyList<string>>> ImagesAsync(CancellationToken cancel);

    Task<Outcome<bool>> HasImageAsync(string image, CancellationToken cancel);

    /// <summary>Writes the container's memory into a folder and lets it run on.</summary>
    /// <param name="folder">Empty, private.</param>
    /// <param name="accepts">What the target can restore from.</param>
    Task<Outcome<Dump>> CheckpointAsync(string name, string folder, CheckpointWay accepts, CancellationToken cancel);

    /// <summary>Makes a container that has never run its program and waits for a checkpoint. Harmless when repeated.</summary>
    Task<Outcome<Done>> PrepareAsync(ContainerRequest request, CancellationToken cancel);

    /// <summary>Restores a checkpoint as the container of this request; prepares it first when nobody has.</summary>
    Task<Outcome<Done>> RestoreAsync(ContainerRequest request, string folder, CancellationToken cancel);

    /// <summary>Calls <paramref name="look"/> whenever a container of a workload may have ended. Ends only with trouble:
    /// it cannot watch, or not any more.</summary>
    Task<Outcome<Done>> WatchExitsAsync(Action look, CancellationToken cancel);

    /// <summary>Kills and removes; harmless when there is none.</summary>
    Task<Outcome<Done>> RemoveAsync(string name, CancellationToken cancel);
}

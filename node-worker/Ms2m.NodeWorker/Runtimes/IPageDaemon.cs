namespace Ms2m.NodeWorker.Runtimes;

/// <summary>Whoever puts pages into the memory of a restored container as they are touched, and the others meanwhile. A page
/// that it has not put there when it ends would read as zeros, so the container must not outlive it.</summary>
public interface IPageDaemon : IAsyncDisposable
{
    /// <summary>It asks here, and is answered here. Never at its end, so that it waits for an answer as long as it takes.</summary>
    Stream Questions { get; }

    /// <summary>Whether it ended because every page is there.</summary>
    Task<bool> Ended { get; }

    /// <summary>Once the container is restored: should the daemon end too early, who touches a missing page stands still
    /// instead of reading zeros, as long as the worker lives.</summary>
    /// <returns>Whether that is so, or every page is there already.</returns>
    Task<bool> HoldPagesAsync();
}

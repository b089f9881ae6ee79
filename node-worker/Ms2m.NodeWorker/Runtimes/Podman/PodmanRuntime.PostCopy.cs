namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    public Task<Outcome<IPageDaemon>> StartPagesAsync(string images, string work, CancellationToken cancel) =>
        PageDaemon.StartAsync(places, images, work, cancel);

    public Task<bool> EndPagesAsync(string work) => PageDaemon.EndAsync(places, work);

    /// <summary>From here on a daemon that ends too early takes the container with it.</summary>
    private async Task<Outcome<Done>> TieAsync(string name, string pages, CancellationToken cancel)
    {
        var freezer = await FreezerAsync(name, cancel);
        if (freezer.Failed)
            return freezer.Trouble;
        PageDaemon.Tie(places, pages, ControlGroups.KillerOf(freezer.Value));
        return Done.It;
    }
}

namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    /// <summary>Of a restore that fails by itself.</summary>
    private static readonly TimeSpan Failing = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<bool> _ending = Task.FromResult(true);

    public Task<Outcome<IPageDaemon>> StartPagesAsync(string images, string work, CancellationToken cancel) =>
        PageDaemon.StartAsync(places, images, work, () => EndPagesAsync(work), cancel);

    public Task<bool> EndPagesAsync(string work)
    {
        // Several may notice at once that it is over. The container is removed by one of them.
        lock (_lock)
            return _ending = AfterAsync(_ending);

        async Task<bool> AfterAsync(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
            return await EndAsync(new PagesFolder(places, work));
        }
    }

    private async Task<bool> EndAsync(PagesFolder pages)
    {
        if (pages.HasEndedWell)
            return true;
        if (pages.Killer is { } killer)
        {
            // First the container: what it misses would be zeros.
            await _groups.KillAsync(killer);
            PageDaemonProcesses.Kill(pages.Path);
            return false;
        }
        // What is not tied has never run, so zeros harm nobody yet; but podman may still be restoring it, and that must not wait
        // for pages.
        PageDaemonProcesses.Kill(pages.Path);
        if (pages.Container is { } name && await RemoveRestoredAsync(name) is { Failed: true } removal)
            throw new IOException($"'{name}' could not be removed: {removal.Trouble.Reason.Message}");
        return false;
    }

    /// <summary>Podman removes nothing that it is just restoring. A restore without its daemon ends at once, or never.</summary>
    private async Task<Outcome<Done>> RemoveRestoredAsync(string name)
    {
        var removing = RemoveAsync(name, CancellationToken.None);
        while (await Task.WhenAny(removing, Task.Delay(Failing)) != removing)
            RuncRestore.Kill(name);
        return await removing;
    }

    /// <summary>From here on a daemon that ends too early takes the container with it.</summary>
    private async Task<Outcome<Done>> TieAsync(string name, string pages, CancellationToken cancel)
    {
        var freezer = await FreezerAsync(name, cancel);
        if (freezer.Failed)
            return freezer.Trouble;
        _ = new PagesFolder(places, pages) { Killer = ControlGroups.KillerOf(freezer.Value) };
        return Done.It;
    }
}

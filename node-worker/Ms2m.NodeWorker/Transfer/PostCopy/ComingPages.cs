using System.Collections.Concurrent;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Reservations;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>The memory that is still to come to this node, by migration.</summary>
public sealed class ComingPages(
    WorkerOptions options, IContainerRuntime runtime, TimeProvider time, ILogger<ComingPages> log, PagePatience? patience = null)
{
    private readonly PagePatience _patience = patience ?? PagePatience.Usual;
    private readonly ConcurrentDictionary<Guid, PageSession> _sessions = new();

    /// <summary>Before the container is restored.</summary>
    /// <returns>The folder that its restore must name.</returns>
    public async Task<Outcome<string>> BeginAsync(Reservation reservation, string images, CancellationToken cancel)
    {
        await EndAsync(reservation.MigrationId);
        var work = FolderOf(reservation.MigrationId);
        PrivateFiles.CreateFolder(options.PagesFolder);
        PrivateFiles.CreateFolder(work);
        Outcome<IPageDaemon> started = NodeFailures.NoPageDaemon("it was not started");
        try
        {
            started = await runtime.StartPagesAsync(images, work, cancel);
        }
        finally
        {
            // Also when the command is given up meanwhile.
            if (started.Failed)
                await EndAsync(reservation.MigrationId);
        }
        if (started.Failed)
            return started.Trouble;
        var session = new PageSession(
            started.Value, () => runtime.EndPagesAsync(work), reservation.SourceNode, _patience.Target, time);
        _sessions[reservation.MigrationId] = session;
        _ = TellAsync(reservation.MigrationId, session);
        return work;
    }

    internal PageSession? Of(Guid migrationId) => _sessions.GetValueOrDefault(migrationId);

    public bool IsOpen(Guid migrationId) => _sessions.ContainsKey(migrationId);

    /// <summary>Nothing is left of it; a container that still waits for pages is killed.</summary>
    public async Task EndAsync(Guid migrationId)
    {
        var work = FolderOf(migrationId);
        if (_sessions.TryRemove(migrationId, out var session))
            await session.DisposeAsync();
        else if (Directory.Exists(work))
            await runtime.EndPagesAsync(work);
        // By it alone a daemon could be found.
        PrivateFiles.DeleteFolder(work);
    }

    /// <summary>What an earlier life of the worker left. Nobody has answered the daemon meanwhile, and what was asked is
    /// forgotten: such a container cannot be helped.</summary>
    public async Task EndAllAsync()
    {
        if (!Directory.Exists(options.PagesFolder))
            return;
        foreach (var work in Directory.GetDirectories(options.PagesFolder))
        {
            try
            {
                if (await runtime.EndPagesAsync(work))
                    continue;
                PageLog.LostMeanwhile(log, Path.GetFileName(work));
                PrivateFiles.DeleteFolder(work);
            }
            catch (IOException e)
            {
                // Nobody takes it for a copy that can be used, and the next start tries again.
                PageLog.NotEnded(log, Path.GetFileName(work), e.Message);
            }
        }
    }

    /// <summary>Whether every page had come before the worker started anew.</summary>
    public async Task<bool> WereCollectedAsync(Guid migrationId) =>
        Directory.Exists(FolderOf(migrationId)) && await runtime.EndPagesAsync(FolderOf(migrationId));

    /// <summary>Why memory that was to come to this node cannot come; null as long as it may, or has.</summary>
    public async Task<Trouble?> LossOfAsync(Guid migrationId) => Of(migrationId) is { } session
        ? session.Result is { IsCompletedSuccessfully: true, Result.Trouble: { } lost } ? lost : null
        : await WereCollectedAsync(migrationId) ? null
        : NodeFailures.PagesLost("the target's worker was restarted before they had come");

    private string FolderOf(Guid migrationId) => Path.Combine(options.PagesFolder, migrationId.ToString("N"));

    private async Task TellAsync(Guid migrationId, PageSession session)
    {
        var result = await session.Result;
        if (result.Failed)
            PageLog.Lost(log, migrationId, result.Trouble.Reason.Message);
        else
            PageLog.AllHere(log, migrationId, result.Value.Bytes, Math.Round(result.Value.Ms));
    }
}

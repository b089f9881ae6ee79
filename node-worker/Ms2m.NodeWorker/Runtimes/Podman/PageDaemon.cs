using System.Diagnostics;
using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>CRIU's lazy-pages daemon, in a shell that outlives the worker, also where whoever supervises the worker kills its
/// whole control group: when the daemon ends too early the shell kills the container, and while no worker is there it keeps
/// the daemon waiting.</summary>
internal sealed class PageDaemon : IPageDaemon
{
    private const string Script = """
        trap '' TERM INT HUP
        group=/sys/fs/cgroup/ms2m-pages
        if ! { mkdir -p "$group" && echo $$ >"$group/cgroup.procs"; }; then
          echo 'Error (shell): it can have no control group of its own' >"$2/lazy.log"
          exit 1
        fi
        criu lazy-pages --images-dir "$1" --work-dir "$2" --log-file lazy.log -v1 --page-server --ps-socket "$3" </dev/null >/dev/null 2>&1
        code=$?
        if [ "$code" != 0 ] && [ -s "$2/tied-to" ]; then
          read -r killer <"$2/tied-to"
          echo 1 >"$killer"
        fi
        echo "$code" >"$2/ended-with"
        exit "$code"
        """;

    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(10);

    private readonly string _work;
    private readonly Process _shell;
    private readonly Func<Task> _end;
    private readonly Lock _lock = new();
    private HeldPages? _held;
    private bool _allThere;

    private PageDaemon(string work, Process shell, Stream questions, Func<Task> end)
    {
        (_work, _shell, Questions, _end) = (work, shell, questions, end);
        Ended = WaitAsync();
    }

    public Stream Questions { get; }

    public Task<bool> Ended { get; }

    /// <param name="end">Ends it, and first the container that depends on it.</param>
    public static async Task<Outcome<IPageDaemon>> StartAsync(
        PodmanPlaces places, string images, string work, Func<Task> end, CancellationToken cancel)
    {
        var socket = InheritedSocket.NeverEnding();
        string[] command =
        [
            .. places.Enter ?? [], "/bin/sh", "-c", Script, "ms2m", images, work,
            socket.Number.ToString(CultureInfo.InvariantCulture),
        ];
        Process shell;
        try
        {
            shell = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" })
                ?? throw new InvalidOperationException("The page daemon's shell was not started.");
        }
        catch
        {
            await socket.Open().DisposeAsync();
            throw;
        }
        var daemon = new PageDaemon(work, shell, socket.Open(), end);
        try
        {
            var since = Stopwatch.GetTimestamp();
            while (!File.Exists(places.Here(Path.Combine(work, MemoryLinks.PageSocket))))
            {
                if (daemon.Ended.IsCompleted || Stopwatch.GetElapsedTime(since) > Starting)
                {
                    var cause = CriuLog.FirstError(places.Here(Path.Combine(work, "lazy.log"))) ?? "it does not listen";
                    await daemon.DisposeAsync();
                    return NodeFailures.NoPageDaemon(cause);
                }
                await Task.Delay(5, cancel);
            }
            return daemon;
        }
        catch
        {
            // Nobody else knows of it.
            await daemon.DisposeAsync();
            throw;
        }
    }

    public async Task<bool> HoldPagesAsync()
    {
        lock (_lock)
        {
            if (_allThere)
                return true;
            _held ??= HeldPages.Of(_work);
            if (_held.Count > 0)
                return true;
            _held = null;
        }
        try
        {
            // It has nothing when it is just ending, which may be for the best of reasons.
            return await Ended.WaitAsync(Ending);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end();
        // A shell that has only just been started has no daemon yet, and one that is killed while it forks leaves a child.
        for (var since = Stopwatch.GetTimestamp(); IsThere() && Stopwatch.GetElapsedTime(since) < Ending; await Task.Delay(20))
            PageDaemonProcesses.Kill(_work);
        _held?.Dispose();
        await Questions.DisposeAsync();
        _shell.Dispose();
    }

    private bool IsThere() => !Ended.IsCompleted || PageDaemonProcesses.Of(_work).Count > 0;

    private async Task<bool> WaitAsync()
    {
        await _shell.WaitForExitAsync(CancellationToken.None);
        if (_shell.ExitCode != 0)
            return false;
        // Pages that were never used are nobody's to bring: they must be zeros at once.
        lock (_lock)
        {
            _allThere = true;
            _held?.Dispose();
        }
        return true;
    }
}

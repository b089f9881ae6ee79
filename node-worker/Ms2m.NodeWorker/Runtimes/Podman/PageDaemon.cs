using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>CRIU's lazy-pages daemon, in a shell that outlives the worker: when the daemon ends too early the shell kills the
/// container, and while no worker is there it keeps the daemon waiting.</summary>
internal sealed class PageDaemon : IPageDaemon
{
    private const string TiedTo = "tied-to";
    private const string EndedWith = "ended-with";

    private const string Script = """
        trap '' TERM INT HUP
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

    private readonly PodmanPlaces _places;
    private readonly string _work;
    private readonly Process _shell;
    private readonly Lock _lock = new();
    private HeldPages? _held;
    private bool _allThere;

    private PageDaemon(PodmanPlaces places, string work, Process shell, Stream questions)
    {
        (_places, _work, _shell, Questions) = (places, work, shell, questions);
        Ended = WaitAsync();
    }

    public Stream Questions { get; }

    public Task<bool> Ended { get; }

    public static async Task<Outcome<IPageDaemon>> StartAsync(
        PodmanPlaces places, string images, string work, CancellationToken cancel)
    {
        var socket = InheritedSocket.NeverEnding();
        string[] command =
        [
            .. places.Enter ?? [], "/bin/sh", "-c", Script, "ms2m", images, work,
            socket.Number.ToString(CultureInfo.InvariantCulture),
        ];
        var shell = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" })
            ?? throw new InvalidOperationException("The page daemon's shell was not started.");
        var daemon = new PageDaemon(places, work, shell, socket.Open());
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

    /// <param name="killer">The file that kills the container.</param>
    public static void Tie(PodmanPlaces places, string work, string killer) =>
        PrivateFiles.Replace(places.Here(Path.Combine(work, TiedTo)), Encoding.ASCII.GetBytes($"{killer}\n"));

    public static async Task<bool> EndAsync(PodmanPlaces places, string work)
    {
        if (Read(EndedWith) == "0")
            return true;
        if (Read(TiedTo) is { } killer)
        {
            try
            {
                await File.WriteAllTextAsync(places.Here(killer), "1");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The container has ended already.
            }
        }
        foreach (var pid in HeldPages.DaemonsOf(work))
            HeldPages.Kill(pid);
        return false;

        string? Read(string name) => places.Here(Path.Combine(work, name)) is var path && File.Exists(path)
            ? File.ReadAllText(path).Trim() : null;
    }

    public int HoldPages()
    {
        lock (_lock)
        {
            if (_allThere)
                return 0;
            _held ??= HeldPages.Of(_work);
            return _held.Count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_places, _work);
        await Ended;
        _held?.Dispose();
        await Questions.DisposeAsync();
        _shell.Dispose();
    }

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

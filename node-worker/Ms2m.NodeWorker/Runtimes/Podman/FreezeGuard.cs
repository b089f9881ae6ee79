using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Sees to it that a control group that is frozen for a dump thaws, also when the worker dies meanwhile. A shell does
/// it, which hears the end of its input then. CRIU leaves a group as it found it, frozen: so a dump that still runs when
/// nobody waits for it any more is waited for by the shell.</summary>
internal sealed class FreezeGuard : IAsyncDisposable
{
    private const string Script = """
        freezer=$1 id=$2
        dumps() {
          for process in /proc/[0-9]*; do
            if grep -qszx checkpoint "$process/cmdline" && grep -qszx -- "$id" "$process/cmdline"; then return 0; fi
          done
          return 1
        }
        trap 'echo 0 >"$freezer"' EXIT
        trap 'exit 143' TERM INT HUP
        echo ready
        if ! read -r over; then
          while dumps; do sleep 0.05; done
        fi
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Process _shell;
    private bool _over;

    private FreezeGuard(Process shell) => _shell = shell;

    /// <summary>Whether one is there over that container, also of a worker that is no more. It thaws the container when no dump of it
    /// runs any more, whosever that is.</summary>
    public static bool IsOver(string id) =>
        CommandLines.All().Any(process => process.Words is [.., Script, _, _, var last] && last == id);

    /// <param name="freezer">The file that freezes the group, as the node names it.</param>
    /// <param name="id">The container's, as runc knows it.</param>
    public static async Task<Outcome<FreezeGuard>> OverAsync(PodmanPlaces places, string freezer, string id)
    {
        string[] command = [.. places.Enter ?? [], "/bin/sh", "-c", Script, "ms2m", freezer, id];
        var guard = new FreezeGuard(Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        }) ?? throw new InvalidOperationException("The node's shell was not started."));
        try
        {
            // Only from here on is it certain to thaw.
            if (await guard._shell.StandardOutput.ReadLineAsync().WaitAsync(Patience) is not null)
                return guard;
        }
        catch (TimeoutException)
        {
        }
        await guard.DisposeAsync();
        return NodeFailures.TookTooLong("Starting a shell that thaws", Patience);
    }

    /// <summary>There is no dump any more that would have to be waited for.</summary>
    public void DumpIsOver() => _over = true;

    public async ValueTask DisposeAsync()
    {
        if (_over)
            await _shell.StandardInput.WriteLineAsync();
        _shell.StandardInput.Close();
        try
        {
            await _shell.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            // It waits for a dump, and thaws when that has ended.
        }
        _shell.Dispose();
    }
}

using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Sees to it that a control group that is frozen for a moment thaws: when it is disposed of, and also when the
/// worker dies meanwhile. A shell does it, which ends when nobody holds the other end of its input any more.</summary>
internal sealed class FreezeGuard : IAsyncDisposable
{
    private const string Script = """
        freezer=$1
        trap 'echo 0 >"$freezer"' EXIT
        trap 'exit 143' TERM INT HUP
        echo ready
        read -r nothing || true
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Process _shell;

    private FreezeGuard(Process shell) => _shell = shell;

    /// <param name="freezer">The file that freezes the group, as the node names it.</param>
    public static async Task<Outcome<FreezeGuard>> OverAsync(PodmanPlaces places, string freezer)
    {
        string[] command = [.. places.Enter ?? [], "/bin/sh", "-c", Script, "ms2m", freezer];
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

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        try
        {
            await _shell.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            // It is asleep, not gone: it thaws when it wakes up.
        }
        _shell.Dispose();
    }
}

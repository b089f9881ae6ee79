using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Dumps a container that podman runs by asking podman's runtime, runc, directly.</summary>
internal static class RuncDump
{
    /// <summary>The control group is frozen before CRIU looks: CRIU, when it must freeze and looks again a moment too
    /// early, sleeps 100 ms while the processes stand still, which happened in two dumps of five. A shell does it, not
    /// the worker, so that the group thaws even when the worker dies meanwhile.</summary>
    private const string Script = """
        freezer=$1; shift
        if [ -n "$freezer" ] && [ -w "$freezer" ]; then
          trap 'echo 0 >"$freezer"' EXIT
          trap 'exit 143' TERM INT HUP
          echo 1 >"$freezer"
        fi
        "$@" 2>&1
        """;

    /// <summary>Gives runc's complaint, empty when it had none.</summary>
    public static async Task<Outcome<string>> RunAsync(
        PodmanPlaces places, string id, string? controlGroup, string folder, string work, TimeSpan limit)
    {
        var freezer = controlGroup is null ? "" : $"/sys/fs/cgroup{controlGroup}/cgroup.freeze";
        string[] command =
        [
            .. places.Enter ?? [],
            "/bin/sh", "-c", Script, "ms2m-dump", freezer,
            "runc", "--root", "/run/runc", "checkpoint", "--leave-running", "--tcp-established",
            "--image-path", folder, "--work-path", work, id,
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        var process = Process.Start(start)
            ?? throw new InvalidOperationException("The dump's shell was not started.");
        process.StandardInput.Close();
        // It cannot be cancelled and the limit does not kill it: CRIU has code of its own inside the frozen processes
        // meanwhile, and a killed CRIU would leave it there.
        try
        {
            return await WaitAsync(process).WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            return NodeFailures.TookTooLong("The dump", limit);
        }
    }

    private static async Task<string> WaitAsync(Process process)
    {
        using (process)
        {
            var said = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            if (process.ExitCode == 0)
                return "";
            return said.Trim() is { Length: > 0 } text ? text : $"runc ended with {process.ExitCode}";
        }
    }
}

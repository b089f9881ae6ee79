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
    /// <param name="freezer">Null when the group is frozen already and stays so.</param>
    public static Task<Outcome<string>> RunAsync(
        PodmanPlaces places, string id, string? freezer, string folder, string work, TimeSpan limit) =>
        // It cannot be cancelled and the limit does not kill it: CRIU has code of its own inside the frozen processes
        // meanwhile, and a killed CRIU would leave it there.
        new NodeShell(places.Enter).SayAsync("The dump", Script,
        [
            freezer ?? "", "runc", "--root", "/run/runc", "checkpoint", "--leave-running", "--tcp-established",
            "--image-path", folder, "--work-path", work, id,
        ], limit);
}

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Dumps a container that podman runs by asking podman's runtime, runc, directly.</summary>
internal static class RuncDump
{
    /// <summary>Gives runc's complaint, empty when it had none.</summary>
    public static Task<Outcome<string>> RunAsync(
        PodmanPlaces places, string id, string folder, string work, TimeSpan limit) =>
        // It cannot be cancelled and the limit does not kill it: CRIU has code of its own inside the frozen processes
        // meanwhile, and a killed CRIU would leave it there.
        new NodeShell(places.Enter).SayAsync("The dump", "\"$@\" 2>&1",
        [
            "runc", "--root", "/run/runc", "checkpoint", "--leave-running", "--tcp-established",
            "--image-path", folder, "--work-path", work, id,
        ], limit);
}

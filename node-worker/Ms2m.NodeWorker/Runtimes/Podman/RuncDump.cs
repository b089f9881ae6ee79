namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Dumps a container that podman runs by asking podman's runtime, runc, directly.</summary>
internal static class RuncDump
{
    /// <summary>Gives runc's complaint, empty when it had none.</summary>
    /// <param name="lazily">Memory that can be fetched later is left where it is. By what CRIU would hand it over is named in
    /// its configuration; runc wants to be told an address all the same.</param>
    /// <param name="parent">What has been written of the memory ahead.</param>
    public static Task<Outcome<string>> RunAsync(
        PodmanPlaces places, string id, string folder, string work, bool lazily, TimeSpan limit, string? parent = null) =>
        CheckpointAsync(places, id, folder, work,
        [
            "--leave-running", "--tcp-established",
            .. lazily ? (string[])["--lazy-pages", "--page-server", "127.0.0.1:1"] : [],
            // runc wants it as seen from the images, and that is what CRIU's link to it says.
            .. parent is not null ? (string[])["--parent-path", Path.GetRelativePath(folder, parent)] : [],
        ], limit);

    /// <summary>Memory alone, and from the moment of it the kernel tells what changes. The processes run on before it has been
    /// written.</summary>
    public static Task<Outcome<string>> RunAheadAsync(PodmanPlaces places, string id, string folder, string work, TimeSpan limit) =>
        CheckpointAsync(places, id, folder, work, ["--pre-dump"], limit);

    private static Task<Outcome<string>> CheckpointAsync(
        PodmanPlaces places, string id, string folder, string work, string[] how, TimeSpan limit) =>
        // It cannot be cancelled and the limit does not kill it: CRIU has code of its own inside the frozen processes
        // meanwhile, and a killed CRIU would leave it there.
        new NodeShell(places.Enter).SayAsync("The dump", "\"$@\" 2>&1",
        [
            "runc", "--root", "/run/runc", "checkpoint", .. how, "--image-path", folder, "--work-path", work, id,
        ], limit);

    /// <summary>Whether a dump of that container runs, whoever asked for it: also podman has runc make its dumps.</summary>
    public static bool IsRunning(string id) =>
        CommandLines.All().Any(process => process.Words.Contains("checkpoint") && process.Words.Contains(id));
}

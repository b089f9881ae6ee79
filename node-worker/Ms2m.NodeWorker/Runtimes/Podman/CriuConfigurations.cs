using System.Globalization;
using System.Text;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>What CRIU is told of containers with a network of their own: another thing at each dump and restore, so each
/// has a file of its own.</summary>
internal sealed class CriuConfigurations(PodmanPlaces places)
{
    // Nobody but the worker decides when such a network is cut off, and for a dump that counts it is.
    private const string Always = """
        # Written by the Ms2m node worker before each dump and restore; named by the container's annotation org.criu.config.
        network-lock skip
        file-locks

        """;

    /// <summary>CRIU calls it at each stage. Before the restored processes run, their control group is frozen, so that
    /// their first instruction waits until somebody thaws them: what they said before their network is there would be lost,
    /// and said again a second later at the earliest.</summary>
    private const string StandStill = """
        #!/bin/sh
        [ "$CRTOOLS_SCRIPT_ACTION" = pre-resume ] || exit 0
        while IFS=: read -r number controllers group; do
          if [ "$number" = 0 ]; then break; fi
        done <"/proc/$CRTOOLS_INIT_PID/cgroup"
        group=/sys/fs/cgroup$group
        # CRIU and this script are in that group, too, and must run on.
        aside=${group%/*}/ms2m-restore
        [ -d "$aside" ] || mkdir "$aside"
        while read -r pid; do
          if [ "/proc/$pid/ns/pid" -ef "/proc/$$/ns/pid" ]; then echo "$pid" >"$aside/cgroup.procs"; fi
        done <"$group/cgroup.procs"
        echo 1 >"$group/cgroup.freeze"

        """;

    private string Script => Path.Combine(places.CriuFolder, "stand-still");

    /// <summary>The file that a container's annotation names.</summary>
    public string PathFor(string name, WorkloadSpec? spec) =>
        spec?.Address is null ? places.CriuConfiguration : Path.Combine(places.CriuFolder, $"{name}.conf");

    /// <param name="keepsConnections">Else they are closed in the restored memory.</param>
    /// <param name="standsStill">For a restore.</param>
    /// <param name="pageSocket">For a dump that leaves memory where it is: the number of the inherited socket on which CRIU
    /// would be asked for it. It must not open a port, which everybody could ask.</param>
    /// <param name="lazily">For a restore from such a dump.</param>
    public void Write(
        string name, bool keepsConnections = false, bool standsStill = false, int? pageSocket = null, bool lazily = false)
    {
        PrivateFiles.CreateFolder(places.Here(places.CriuFolder));
        var text = new StringBuilder(Always).AppendLine(keepsConnections ? "tcp-established" : "tcp-close");
        if (pageSocket is { } number)
            text.AppendLine("address 127.0.0.1").AppendLine(CultureInfo.InvariantCulture, $"ps-socket {number}");
        if (lazily)
            text.AppendLine("lazy-pages");
        if (standsStill)
        {
            PrivateFiles.Replace(places.Here(Script), Encoding.ASCII.GetBytes(StandStill));
            File.SetUnixFileMode(places.Here(Script), PrivateFiles.Folder);
            text.AppendLine(null, $"action-script {Script}");
        }
        PrivateFiles.Replace(
            places.Here(Path.Combine(places.CriuFolder, $"{name}.conf")), Encoding.ASCII.GetBytes(text.ToString()));
    }

    public void Forget(string name)
    {
        if (Directory.Exists(places.Here(places.CriuFolder)))
            File.Delete(places.Here(Path.Combine(places.CriuFolder, $"{name}.conf")));
    }
}

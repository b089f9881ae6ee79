using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes;

/// <summary>Finds a container's first process by its control group, whose path holds the container's id. Works where the worker
/// sees the node's processes (hostPID).</summary>
/// <param name="proc">/proc, except in a test.</param>
public sealed class ContainerProcesses(string proc = "/proc")
{
    /// <summary>0 when there is none, or none that can be seen.</summary>
    public int FirstOf(string? id)
    {
        if (string.IsNullOrEmpty(id))
            return 0;
        var members = Processes().Where(pid => Groups(pid).Any(line => IsOf(line, id))).ToList();
        // The one that no other of them has started; what joins a container later (exec) begins later.
        return members.Where(pid => !members.Contains(ParentOf(pid))).OrderBy(StartOf).FirstOrDefault();
    }

    /// <summary>Whether a line of /proc/PID/cgroup names a container's own group: <c>…/cri-containerd-ID.scope</c>,
    /// <c>…/crio-ID.scope</c> with or without groups in it, or <c>…/ID</c>. CRI-O's monitor is in a group of almost that
    /// name.</summary>
    internal static bool IsOf(string line, string id) => line.Split('/', ':').Any(part =>
        !part.Contains("conmon", StringComparison.Ordinal)
        && (part.EndsWith(".scope", StringComparison.Ordinal) ? part[..^".scope".Length] : part) is var group
        && (group == id || group.EndsWith($"-{id}", StringComparison.Ordinal)));

    private IEnumerable<int> Processes() =>
        from folder in Directory.EnumerateDirectories(proc)
        let name = Path.GetFileName(folder)
        where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select int.Parse(name, CultureInfo.InvariantCulture);

    private string[] Groups(int pid) => Read(pid, "cgroup")?.Split('\n') ?? [];

    private int ParentOf(int pid) => Stat(pid) is { Length: > 1 } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0;

    private long StartOf(int pid) => Stat(pid) is { Length: > 19 } stat ? long.Parse(stat[19], CultureInfo.InvariantCulture) : long.MaxValue;

    /// <summary>proc_pid_stat(5), from the state on: what stands before, in brackets, may be anything.</summary>
    private string[]? Stat(int pid) => Read(pid, "stat") is { } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : null;

    private string? Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(proc, pid.ToString(CultureInfo.InvariantCulture), file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return null;
        }
    }
}

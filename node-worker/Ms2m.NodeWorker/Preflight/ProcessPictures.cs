using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Heartbeat;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>What a container's processes look like from outside: all that can be known of a checkpoint without making
/// one.</summary>
public static class ProcessPictures
{
    private const int MostObstacles = 10;

    /// <param name="pid">The container's first process.</param>
    /// <param name="pod">The pod that the container is one of; null when it stands alone.</param>
    /// <param name="sharesMemory">Whether its /dev/shm is not its own.</param>
    /// <returns>Null when it is gone.</returns>
    public static ProcessPicture? Of(int pid, string? pod, bool sharesMemory = false)
    {
        if (pid <= 0)
            return null;
        try
        {
            var pids = ProcessMemory.Pids(pid);
            var listening = SharesOurNetwork(pid) ? ListeningPorts.Of(pid) : [];
            var obstacles = new List<Obstacle>();
            if (!string.IsNullOrEmpty(pod))
                obstacles.Add(new Obstacle($"the pod {pod}", "the container is one of several, and they would have to move as one."));
            var ports = new SortedSet<int>();
            foreach (var one in pids)
            {
                if (Tracer(one) is > 0 and var tracer && !IsCheckpointing(tracer))
                    obstacles.Add(new Obstacle($"process {one}", $"process {tracer} traces it."));
                if (sharesMemory)
                {
                    obstacles.AddRange(Links(one).Select(link => link.Target).Concat(MappedDevices(one))
                        .Select(OpenFiles.InPodsMemory).OfType<Obstacle>().Except(obstacles));
                }
                foreach (var (target, path) in Links(one))
                {
                    if (OpenFiles.Judge(target, () => FileLength.Of(path)) is { } obstacle && !obstacles.Contains(obstacle))
                        obstacles.Add(obstacle);
                    if (target.StartsWith("socket:[", StringComparison.Ordinal)
                        && long.TryParse(target.AsSpan(8, target.Length - 9), CultureInfo.InvariantCulture, out var inode)
                        && listening.TryGetValue(inode, out var port))
                    {
                        ports.Add(port);
                    }
                }
            }
            return new ProcessPicture(pids.Count, [.. ports], [.. obstacles.Take(MostObstacles)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at.
            return null;
        }
    }

    private static bool SharesOurNetwork(int pid) =>
        new FileInfo($"/proc/{pid}/ns/net").LinkTarget == new FileInfo("/proc/self/ns/net").LinkTarget;

    private static int Tracer(int pid)
    {
        const string key = "TracerPid:";
        var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[key.Length..].Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>A checkpoint that is being taken is none that stands in the way of the next one: it is over, or given up,
    /// before that begins.</summary>
    private static bool IsCheckpointing(int tracer)
    {
        try
        {
            return File.ReadAllText($"/proc/{tracer}/comm").TrimEnd() == "criu";
        }
        catch (IOException)
        {
            // It has ended, and traces nobody any more.
            return true;
        }
    }

    /// <summary>Files below /dev that are in a process's memory: they may be closed by now.</summary>
    internal static IEnumerable<string> MappedDevices(int pid) =>
        from line in File.ReadLines($"/proc/{pid}/maps")
        let at = line.IndexOf(" /dev/", StringComparison.Ordinal)
        where at >= 0
        select line[(at + 1)..];

    private static IEnumerable<(string Target, string Path)> Links(int pid)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
        {
            string? target = null;
            try
            {
                target = new FileInfo(path).LinkTarget;
            }
            catch (IOException)
            {
                // Closed meanwhile.
            }
            if (target is not null)
                yield return (target, path);
        }
    }
}

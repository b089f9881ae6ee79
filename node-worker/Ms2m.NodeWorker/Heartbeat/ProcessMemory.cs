using System.Globalization;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Heartbeat;

/// <summary>Resident memory of a container's processes: about the size of a checkpoint.</summary>
public static class ProcessMemory
{
    /// <summary>Of the process and all others in its control group; 0 when they are gone.</summary>
    public static long OfContainer(int pid)
    {
        if (pid <= 0)
            return 0;
        try
        {
            return Pids(pid).Sum(OfProcess);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at.
            return 0;
        }
    }

    /// <summary>The process and all others in its control group.</summary>
    public static IReadOnlyList<int> Pids(int pid)
    {
        // Both versions of control groups have the list, in the folder of the file that freezes.
        var lines = File.ReadAllLines($"/proc/{pid}/cgroup");
        var group = lines.FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal));
        var list = FreezerFile.Of(lines).Select(file => Path.Combine(Path.GetDirectoryName(file)!, "cgroup.procs"))
            .Prepend($"/sys/fs/cgroup{group?[3..]}/cgroup.procs").FirstOrDefault(File.Exists);
        return list is not null
            ? File.ReadLines(list).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Where(one => one > 0).ToList()
            : [pid];
    }

    private static long OfProcess(int pid)
    {
        try
        {
            // Pages, the second of seven numbers being the resident ones.
            var pages = File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1];
            return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}

using System.Diagnostics;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Whether the processes of a frozen control group are where CRIU can take them.</summary>
internal static class StoodStill
{
    /// <summary>Waits until the kernel says that all stand still.</summary>
    /// <param name="group">The group's folder.</param>
    /// <returns>Who cannot be dumped as it stands, or that the kernel did not say it in time; null when all can.</returns>
    public static async Task<string?> BeforeAsync(string group, TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        while (!IsSaid(group))
        {
            if (Stopwatch.GetElapsedTime(since) > limit)
                return "the kernel does not report its control group as frozen";
            // Usually it has said so at the first look: a timer would be a hundred times as long.
            if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromMilliseconds(1))
                await Task.Delay(1);
        }
        // There everybody who stands still sleeps as one in a vfork does. It is no matter: the one runtime that has such groups
        // here dumps its containers before it freezes them.
        if (File.Exists(Path.Combine(group, FreezerFile.OfFirst)))
            return null;
        foreach (var process in ProcessesOf(group))
        {
            if (Waits(process))
                return $"process {process} stands in the middle of starting another one (vfork)";
        }
        return null;
    }

    private static bool IsSaid(string group)
    {
        try
        {
            // Of the first version: FREEZING until all of them are.
            return Path.Combine(group, FreezerFile.OfFirst) is var first && File.Exists(first)
                ? FreezerFile.SaysFrozen(File.ReadAllText(first))
                : File.ReadAllText(Path.Combine(group, "cgroup.events")).Contains("frozen 1", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such file: nobody can say it. Or its processes have ended, and there is nothing to wait for.
            return true;
        }
    }

    private static IEnumerable<string> ProcessesOf(string group)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(group, "cgroup.procs", SearchOption.AllDirectories);
        }
        catch (IOException)
        {
            yield break;
        }
        foreach (var file in files)
        {
            foreach (var line in Lines(file))
                yield return line;
        }
    }

    // Whoever is frozen sleeps where a signal can reach it, unless it waits for its child alone (D), or is about to (R): the
    // kernel counts it as frozen from a moment before it sleeps.
    private static bool Waits(string process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task")
                .SelectMany(thread => Lines(Path.Combine(thread, "stat")))
                .Any(stat => stat[stat.LastIndexOf(')') + 2] is 'D' or 'R');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile.
            return [];
        }
    }
}

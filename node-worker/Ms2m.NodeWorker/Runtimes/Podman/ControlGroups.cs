using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>The kernel's own word on whether a container's processes stand still, and the way to make them.</summary>
internal sealed class ControlGroups(PodmanPlaces places)
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Of a kernel that freezes; it takes microseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Of those who wait for the processes meanwhile, which stand still for a part of it.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(4);

    /// <summary>Of processes that are killed; they give much memory back.</summary>
    private static readonly TimeSpan Dying = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, string> _known = new();

    /// <summary>The file that freezes the processes of a container, as the node names it, when it was seen before and is
    /// still there. Its path holds the container's id, so it is never another one's.</summary>
    public string? Known(string name) =>
        _known.TryGetValue(name, out var freezer) && File.Exists(places.Here(freezer)) ? freezer : null;

    /// <summary>The same, from what podman says of the container; null when it has no processes.</summary>
    public string? Of(InspectedContainer container)
    {
        if (container.State.CgroupPath is not { Length: > 0 } group)
            return null;
        var freezer = $"{Root}{group}/cgroup.freeze";
        if (!File.Exists(places.Here(freezer)))
            return null;
        _known[container.Name] = freezer;
        return freezer;
    }

    /// <summary>The same, of the group that a process is in; null where that is the whole machine's, or not to be seen.</summary>
    public string? OfProcess(string name, int pid)
    {
        try
        {
            if (FreezerFile.Of(File.ReadLines($"/proc/{pid}/cgroup")).FirstOrDefault(file => File.Exists(places.Here(file))) is not { } freezer)
                return null;
            _known[name] = freezer;
            return freezer;
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }

    public void Forget(string name) => _known.TryRemove(name, out _);

    public bool IsFrozen(string freezer)
    {
        try
        {
            return FreezerFile.SaysFrozen(File.ReadAllText(places.Here(freezer)));
        }
        catch (IOException)
        {
            // Its processes have ended while it was looked at.
            return false;
        }
    }

    /// <summary>Not so of a group that is gone.</summary>
    public bool IsThawed(string freezer)
    {
        try
        {
            return FreezerFile.SaysThawed(File.ReadAllText(places.Here(freezer)));
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Freezes the processes where they can be dumped. CRIU, told to dump a parent that waits for the child which
    /// it has just made by vfork, waits for it in vain for ten seconds while everything stands still, and fails; any
    /// program that starts others is there now and then. So such a parent is let go for a moment.</summary>
    /// <returns>Why not; null when they stand still.</returns>
    public async Task<string?> StandStillAsync(string freezer)
    {
        var folder = Path.GetDirectoryName(places.Here(freezer))!;
        var before = IsFrozen(freezer);
        var since = Stopwatch.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            if (Set(freezer, frozen: true) is { } cause)
                return cause;
            // Those that others have frozen stay so.
            if (before || await StoodStill.BeforeAsync(folder, Patience) is not { } busy)
                return null;
            if (Set(freezer, frozen: false) is { } thawing)
                return $"{busy}; and it was not let go again: {thawing}";
            if (Stopwatch.GetElapsedTime(since) > Together)
                return busy;
            // Longer each time: who is on his way through it gets there.
            await Task.Delay(attempt);
        }
    }

    /// <summary>Takes effect at once for processes that would run on; the kernel may take a moment to say so.</summary>
    public string? Set(string freezer, bool frozen)
    {
        try
        {
            File.WriteAllText(places.Here(freezer), FreezerFile.Wish(freezer, frozen));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Kills the processes of a frozen group and lets them go: they end without having done another thing. In a group of the
    /// first version they would wait for that for ever.</summary>
    public void EndFrozen(string freezer)
    {
        foreach (var line in MembersOf(freezer))
            Kill(int.Parse(line, CultureInfo.InvariantCulture));
        Set(freezer, frozen: false);
    }

    private string[] MembersOf(string freezer)
    {
        try
        {
            return File.ReadAllLines(places.Here($"{Path.GetDirectoryName(freezer)}/cgroup.procs"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The group is gone.
            return [];
        }
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // Somebody else has.
        }
    }

    /// <summary>Kills all processes of a group, also while they stand still, and waits until there are none.</summary>
    /// <exception cref="IOException">Some live on.</exception>
    public async Task KillAsync(string killer)
    {
        try
        {
            await File.WriteAllTextAsync(places.Here(killer), "1");
        }
        catch (IOException)
        {
            // The group may be gone, or go just now.
        }
        var events = places.Here($"{Path.GetDirectoryName(killer)}/cgroup.events");
        for (var since = Stopwatch.GetTimestamp(); IsPopulated(events); await Task.Delay(2))
        {
            if (Stopwatch.GetElapsedTime(since) > Dying)
                throw new IOException($"Processes of {Path.GetDirectoryName(killer)} survive being killed.");
        }
    }

    /// <summary>The file that kills all processes of the group which another file freezes, also while they stand still.</summary>
    public static string KillerOf(string freezer) => $"{freezer[..freezer.LastIndexOf('/')]}/cgroup.kill";

    private static bool IsPopulated(string events)
    {
        try
        {
            return File.ReadAllText(events).Contains("populated 1", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // The group itself is gone.
            return false;
        }
    }
}

using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Reservations;

/// <summary>Where checkpoints rest: in memory, because they hold all that a process knew, and nobody can say what a disk
/// has really forgotten.</summary>
public class CheckpointStorage(WorkerOptions options)
{
    /// <summary>What the folder lies on, as the kernel says at this moment: a mount may go while the worker runs, and
    /// the folder below it looks just the same.</summary>
    public virtual string Format =>
        Directory.Exists(options.Checkpoints) ? new DriveInfo(options.Checkpoints).DriveFormat : "nothing";

    public bool IsMemory => Format is "tmpfs" or "ramfs";

    public Trouble? Refuse() =>
        IsMemory ? null : NodeFailures.CheckpointsOnDisk(options.Checkpoints, Format);

    /// <summary>Whether the kernel may write the memory to a disk after all.</summary>
    public static bool MayBeSwapped(string mount, IEnumerable<string> mountInfo, IEnumerable<string> swaps)
    {
        if (swaps.Skip(1).All(string.IsNullOrWhiteSpace))
            return false;
        // mountinfo(5): the fifth word is the mount point; what the file system itself was told stands at the end.
        var line = mountInfo.LastOrDefault(l => l.Split(' ') is { Length: > 4 } words && words[4] == mount);
        return line is null || !line.Split(' ')[^1].Split(',').Contains("noswap");
    }

    public bool MayBeSwapped() =>
        MayBeSwapped(options.Checkpoints, File.ReadLines("/proc/self/mountinfo"), File.ReadLines("/proc/swaps"));
}

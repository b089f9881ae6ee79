using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>Which of the files that a process has open a checkpoint cannot hold, by what the kernel calls them.</summary>
public static class OpenFiles
{
    /// <summary>A deleted file travels in the checkpoint up to this size; CRIU's default.</summary>
    private const long GhostLimit = 1 << 20;

    private const string SharedMemory = "/dev/shm/";
    private const string Deleted = " (deleted)";

    private static readonly HashSet<string> PlainDevices =
        ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/console", "/dev/net/tun"];

    private static readonly Dictionary<string, string> Unheld = new(StringComparer.Ordinal)
    {
        ["anon_inode:[io_uring]"] = "its requests in flight live in the kernel alone.",
        ["anon_inode:[perf_event]"] = "its counters live in the kernel alone.",
        ["anon_inode:bpf-map"] = "it is the kernel's.",
        ["anon_inode:bpf-prog"] = "it is the kernel's.",
        ["anon_inode:[userfaultfd]"] = "somebody answers this process's page faults.",
        ["anon_inode:kvm-vm"] = "it is a virtual machine.",
        ["anon_inode:kvm-vcpu"] = "it is a virtual machine.",
    };

    /// <summary>Where the containers of a pod have memory in common: it is the pod's, and no container's checkpoint holds it.</summary>
    /// <param name="target">An open or a mapped file.</param>
    public static Obstacle? InPodsMemory(string target) =>
        target.StartsWith(SharedMemory, StringComparison.Ordinal) && !target.EndsWith(Deleted, StringComparison.Ordinal)
            ? new Obstacle(target, "it lies in the memory that the pod's containers share, which stays behind.")
            : null;

    /// <param name="target">What the link of a descriptor points to.</param>
    /// <param name="length">Asked for a deleted file: how long it is.</param>
    /// <returns>Null when a checkpoint can hold it, as far as its name says.</returns>
    public static Obstacle? Judge(string target, Func<long> length)
    {
        if (Unheld.GetValueOrDefault(target) is { } why)
            return new Obstacle(target, why);
        if (target.StartsWith('/') && target.EndsWith(Deleted, StringComparison.Ordinal)
            && !target.StartsWith("/memfd:", StringComparison.Ordinal) && length() is var bytes and > GhostLimit)
        {
            return new Obstacle(target[..^Deleted.Length], $"it is deleted and has {bytes >> 20} MiB; up to {GhostLimit >> 20} travel.");
        }
        return target.StartsWith("/dev/", StringComparison.Ordinal) && !PlainDevices.Contains(target)
            && !target.StartsWith("/dev/pts/", StringComparison.Ordinal) && !target.StartsWith(SharedMemory, StringComparison.Ordinal)
            && !target.StartsWith("/dev/mqueue/", StringComparison.Ordinal)
                ? new Obstacle(target, "it is a device of its node.")
                : null;
    }
}

using System.Collections.Concurrent;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>The kernel's own word on whether a container's processes stand still, and the way to make them.</summary>
internal sealed class ControlGroups(PodmanPlaces places)
{
    private const string Root = "/sys/fs/cgroup";

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

    public void Forget(string name) => _known.TryRemove(name, out _);

    public bool IsFrozen(string freezer)
    {
        try
        {
            return File.ReadAllText(places.Here(freezer)).Trim() == "1";
        }
        catch (IOException)
        {
            // Its processes have ended while it was looked at.
            return false;
        }
    }

    /// <summary>Takes effect at once for processes that would run on; the kernel may take a moment to say so.</summary>
    public string? Set(string freezer, bool frozen)
    {
        try
        {
            File.WriteAllText(places.Here(freezer), frozen ? "1" : "0");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}

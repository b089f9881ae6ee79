namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>The file by which the kernel freezes a control group: <c>cgroup.freeze</c> of the second version of control groups,
/// <c>freezer.state</c> of the first, on which clusters still run.</summary>
internal static class FreezerFile
{
    public const string OfFirst = "freezer.state";

    private const string Root = "/sys/fs/cgroup";

    /// <summary>Where it would be for the group that a process is in, the better one first. None for the group of the whole
    /// machine, and for one that cannot be seen from here.</summary>
    /// <param name="lines">Of /proc/PID/cgroup.</param>
    public static IEnumerable<string> Of(IEnumerable<string> lines)
    {
        var groups = lines.Select(line => line.Split(':', 3)).Where(parts => parts is [_, _, var group] && IsOne(group)).ToList();
        return groups.Where(parts => parts is ["0", "", _]).Select(parts => $"{Root}{parts[2]}/cgroup.freeze")
            .Concat(groups.Where(parts => parts[1] == "freezer").Select(parts => $"{Root}/freezer{parts[2]}/{OfFirst}"));
    }

    public static bool SaysFrozen(string content) => content.Trim() is "1" or "FROZEN";

    /// <summary>The first version has a word for what is between, too.</summary>
    public static bool SaysThawed(string content) => content.Trim() is "0" or "THAWED";

    public static string Wish(string file, bool frozen) =>
        file.EndsWith($"/{OfFirst}", StringComparison.Ordinal) ? frozen ? "FROZEN" : "THAWED" : frozen ? "1" : "0";

    private static bool IsOne(string group) => group is not ("" or "/") && !group.Split('/').Contains("..");
}

using Ms2m.NodeWorker.Runtimes.Archives;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>What may stand in a volume that moves: the same as in an archive that comes from another node.</summary>
internal static class VolumeRules
{
    public const int MaxEntries = 1_000_000;

    /// <summary>Written by the node's own security module, differently on each node.</summary>
    public const string NodesOwn = "security.selinux";

    private const int SetUserOrGroup = 0xC00;

    private static readonly string[] _attributes = ["user.", "system.posix_acl_"];

    /// <summary>Why it is refused, or null.</summary>
    /// <param name="name">Relative to the volume; empty for the volume itself.</param>
    /// <param name="link">Where a link leads; null for what is none.</param>
    public static string? Refuse(string name, FileFacts facts, string? link, IEnumerable<string> attributes)
    {
        if (name.Any(char.IsControl))
            return "its name has control characters";
        if (facts.Kind == FileKind.Other)
            return "only files, folders and links may travel";
        if (facts.Kind == FileKind.File && (facts.Mode & SetUserOrGroup) != 0)
            return "it would run as another user (setuid or setgid)";
        if (attributes.FirstOrDefault(one => !_attributes.Any(allowed => one.StartsWith(allowed, StringComparison.Ordinal))) is { } attribute)
            return $"it has the attribute {ArchiveRules.Shown(attribute)}";
        return link is null ? null : ArchiveRules.RefuseLink(link, name.Count(one => one == '/'));
    }
}

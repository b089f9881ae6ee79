using System.Formats.Tar;

namespace Ms2m.NodeWorker.Runtimes.Archives;

/// <summary>What may stand in a tar that comes from another node. Whoever unpacks it does so as root, and most unpackers
/// have been talked into writing elsewhere once: so nothing gets to one that a workload does not need.</summary>
/// <param name="layers">Folders of the image below the place where it will be unpacked, the topmost first.</param>
/// <param name="whiteouts">Whether a file named <c>.wh.NAME</c> says that NAME is deleted, as in an image's layer.</param>
internal sealed class ArchiveRules(IReadOnlyList<string> layers, bool whiteouts = false)
{
    private const int MaxEntries = 20_000;
    private const int MaxName = 4096;
    private const int MaxPart = 255;
    private const string UserAttribute = "SCHILY.xattr.user.";
    private const UnixFileMode RunsAsAnother = UnixFileMode.SetUser | UnixFileMode.SetGroup;

    private static readonly HashSet<string> Attributes =
        ["path", "linkpath", "size", "uid", "gid", "uname", "gname", "mtime", "atime", "ctime"];

    private readonly Dictionary<string, TarEntryType> _seen = new(StringComparer.Ordinal);

    /// <summary>Why it is refused, or null; then it counts as unpacked for what comes after it.</summary>
    public string? Refuse(TarEntry entry)
    {
        if (_seen.Count >= MaxEntries)
            return $"there are more than {MaxEntries} entries";
        if (Kind(entry) is not { } kind)
            return $"it is a {entry.EntryType}: only files, folders and links may travel";
        if (kind != TarEntryType.Directory && (entry.Mode & RunsAsAnother) != 0)
            return "it would run as another user (setuid or setgid)";
        if (RefuseAttributes(entry) is { } attribute)
            return attribute;
        if (Parts(entry.Name) is not { } parts)
            return "its name is none, or leads elsewhere";
        if (parts.Length == 0)
            return kind == TarEntryType.Directory ? null : "it would take the folder's own place";
        if (RefuseWay(parts) is { } way)
            return way;
        if (RefuseTarget(entry, kind, parts.Length - 1) is { } target)
            return target;
        return _seen.TryAdd(string.Join('/', parts), kind) ? null : "the name stands there twice";
    }

    /// <summary>What was looked at, in one format, and nothing else that may stand in the original.</summary>
    public static PaxTarEntry Copy(TarEntry entry)
    {
        var users = entry is PaxTarEntry pax
            ? pax.ExtendedAttributes.Where(a => a.Key.StartsWith(UserAttribute, StringComparison.Ordinal))
            : [];
        var copy = new PaxTarEntry(Kind(entry)!.Value, entry.Name, users)
        {
            Mode = entry.Mode,
            Uid = entry.Uid,
            Gid = entry.Gid,
            ModificationTime = entry.ModificationTime,
        };
        if (copy.EntryType is TarEntryType.HardLink or TarEntryType.SymbolicLink)
            copy.LinkName = entry.LinkName;
        else if (copy.EntryType == TarEntryType.RegularFile)
            copy.DataStream = entry.DataStream;
        return copy;
    }

    /// <summary>The same for a name that is to be deleted.</summary>
    public string? RefuseDeletion(string name) =>
        Parts(name.TrimStart('/')) is not { Length: > 0 } parts ? "its name is none, or leads elsewhere" : RefuseWay(parts);

    private static TarEntryType? Kind(TarEntry entry) => entry.EntryType switch
    {
        TarEntryType.V7RegularFile => TarEntryType.RegularFile,
        TarEntryType.RegularFile or TarEntryType.Directory or TarEntryType.SymbolicLink or TarEntryType.HardLink =>
            entry.EntryType,
        _ => null,
    };

    /// <summary>Sparse files are told of by attributes, and so are capabilities, which are as good as setuid.</summary>
    private static string? RefuseAttributes(TarEntry entry) =>
        entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.FirstOrDefault(key =>
            !Attributes.Contains(key) && !key.StartsWith(UserAttribute, StringComparison.Ordinal)) is { } key
            ? $"it has the attribute {Shown(key)}"
            : null;

    /// <summary>Null when the name is absolute, climbs, or cannot be a name.</summary>
    private string[]? Parts(string name)
    {
        if (name.Length is 0 or > MaxName || name.StartsWith('/') || name.Any(char.IsControl))
            return null;
        var path = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        var parts = path.TrimEnd('/').Split('/');
        if (parts is ["" or "."])
            return [];
        return parts.All(p => p is not ("" or "." or "..") && System.Text.Encoding.UTF8.GetByteCount(p) <= MaxPart
            && (whiteouts || !p.StartsWith(".wh.", StringComparison.Ordinal))) ? parts : null;
    }

    /// <summary>Nothing goes through a link, neither one of the archive nor one of the image: it may lead out.</summary>
    private string? RefuseWay(string[] parts)
    {
        for (var i = 1; i < parts.Length; i++)
        {
            var folder = string.Join('/', parts[..i]);
            if (_seen.TryGetValue(folder, out var seen) ? seen != TarEntryType.Directory : IsLinkBelow(folder))
                return $"it lies in {Shown(folder)}, which is no folder";
        }
        return null;
    }

    private bool IsLinkBelow(string folder)
    {
        foreach (var layer in layers)
        {
            var there = new FileInfo(Path.Combine(layer, folder));
            if (there.LinkTarget is not null)
                return true;
            if (Path.Exists(there.FullName))
                return false;
        }
        return false;
    }

    private string? RefuseTarget(TarEntry entry, TarEntryType kind, int depth)
    {
        if (kind == TarEntryType.HardLink)
        {
            // A hard link to what the archive has not brought could be one to a file of the node.
            var parts = Parts(entry.LinkName);
            return parts is not null && _seen.GetValueOrDefault(string.Join('/', parts)) == TarEntryType.RegularFile
                ? null
                : "it links to a file that the archive has not brought";
        }
        return kind == TarEntryType.SymbolicLink ? RefuseLink(entry.LinkName, depth) : null;
    }

    /// <summary>For a symbolic link that lies in so many folders.</summary>
    public static string? RefuseLink(string link, int depth)
    {
        if (link.Length is 0 or > MaxName || link.Any(char.IsControl))
            return "it links to what is no name";
        if (link.StartsWith('/'))
            return null;
        foreach (var part in link.Split('/'))
        {
            depth += part switch { ".." => -1, "" or "." => 0, _ => 1 };
            if (depth < 0)
                return "it links out of the folder";
        }
        return null;
    }

    /// <summary>A stranger's text for our log: short, and without what a terminal would obey.</summary>
    public static string Shown(string text) =>
        new([.. text.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}

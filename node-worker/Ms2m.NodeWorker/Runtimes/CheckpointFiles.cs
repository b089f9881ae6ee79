using System.Text.RegularExpressions;

namespace Ms2m.NodeWorker.Runtimes;

/// <summary>Names of files in a checkpoint's folder.</summary>
public static partial class CheckpointFiles
{
    /// <summary>The runtime's own export, where that way is taken.</summary>
    public const string Archive = "archive.tar";

    /// <summary>CRIU writes it in every checkpoint.</summary>
    public const string Inventory = "inventory.img";

    /// <summary>Whether a name may stand in a checkpoint: flat, no hidden files, nothing a path could be made of.</summary>
    public static bool IsAllowed(string name) => Allowed().IsMatch(name);

    public static CheckpointWay WayOf(string folder) =>
        File.Exists(Path.Combine(folder, Archive)) ? CheckpointWay.Archive : CheckpointWay.Images;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}

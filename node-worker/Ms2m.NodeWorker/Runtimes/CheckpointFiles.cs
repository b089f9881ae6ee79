using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Ms2m.NodeWorker.Runtimes;

/// <summary>Names of files in a checkpoint's folder, besides CRIU's images.</summary>
public static partial class CheckpointFiles
{
    /// <summary>A tar of what the program has changed in its root file system.</summary>
    public const string Changed = "rootfs-diff.tar";

    /// <summary>A list of what it has deleted there, as JSON.</summary>
    public const string Deleted = "deleted.files";

    /// <summary>A tar of what is in its /dev/shm.</summary>
    public const string SharedMemory = "devshm-checkpoint.tar";

    /// <summary>CRIU writes it in every checkpoint.</summary>
    public const string Inventory = "inventory.img";

    /// <summary>A tar of what is in the volume that is mounted there.</summary>
    public static string Volume(string destination) => string.Concat(
        "volume-", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(destination))).AsSpan(0, 16), ".tar");

    /// <summary>Whether a name may stand in a checkpoint: flat, no hidden files, nothing a path could be made of.</summary>
    public static bool IsAllowed(string name) => Allowed().IsMatch(name);

    /// <summary>Whether it is unpacked, and so checked and written anew before.</summary>
    public static bool IsArchive(string name) => Path.GetExtension(name) == ".tar";

    public static CheckpointWay WayOf(string folder) =>
        Directory.EnumerateFiles(folder).Any(f => Path.GetExtension(f) is ".tar" or ".files")
            ? CheckpointWay.Archive
            : CheckpointWay.Images;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}

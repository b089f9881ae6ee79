using System.Security.Cryptography;
using System.Text;

namespace Ms2m.NodeWorker.Networks;

/// <summary>What an instance's network is called on its node.</summary>
public static class NetworkNames
{
    /// <summary>Where iproute2 and podman look for a namespace by its name.</summary>
    public const string Folder = "/run/netns";

    private const string Prefix = "ms2m-";

    public static string Namespace(string instance) => Prefix + instance;

    public static string Path(string instance) => $"{Folder}/{Namespace(instance)}";

    /// <summary>The node's end of the wire. The kernel allows 15 characters; an instance's name may have 63.</summary>
    public static string Wire(string instance) =>
        string.Concat("ms", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(instance))).AsSpan(0, 12));

    /// <summary>Whose namespace it is, or null when it is none of ours.</summary>
    public static string? InstanceOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : null;
}

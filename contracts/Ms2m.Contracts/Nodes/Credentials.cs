using System.Security.Cryptography;
using System.Text;

namespace Ms2m.Contracts;

/// <summary>Passwords that two parties compute instead of sending them: the engine makes the broker user of an instance,
/// the worker of its node writes the instance file, and no command, event or log carries what they agree on. A node that
/// falls gives away its own instances' passwords and nobody else's.</summary>
public static class Credentials
{
    /// <summary>The key of one node. The engine, which has the cluster's key, computes it; the worker is given it.</summary>
    public static string NodeKey(string clusterKey, string node) => Derive(clusterKey, $"node:{node}");

    /// <summary>The key of one workload, which its pods are given as a Secret: the key of a node would be in every pod's hands
    /// there.</summary>
    public static string WorkloadKey(string clusterKey, string workload) => Derive(clusterKey, $"workload:{workload}");

    /// <summary>The broker password of one instance on the node, or of the workload, that has this key.</summary>
    public static string InstancePassword(string key, string instanceId) => Derive(key, $"instance:{instanceId}");

    /// <summary>The broker password of the node's own worker.</summary>
    public static string WorkerPassword(string nodeKey) => Derive(nodeKey, "worker");

    // Keys are used as the text they are stored as, so that a shell can compute the same.
    private static string Derive(string key, string purpose) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(purpose)));
}

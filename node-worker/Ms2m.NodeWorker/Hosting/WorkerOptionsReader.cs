using System.Globalization;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Reads the options and says of each wrong one which key it is and what it should be.</summary>
public static class WorkerOptionsReader
{
    public const string InsecureKey = "MS2M_INSECURE_TRANSFER";

    public static (WorkerOptions? Options, IReadOnlyList<string> Problems) Read(Func<string, string?> setting)
    {
        var problems = new List<string>();

        string Text(string key, string? otherwise = null)
        {
            var value = setting(key);
            if (!string.IsNullOrWhiteSpace(value))
                return value.Trim();
            if (otherwise is null)
                problems.Add($"{key} is missing.");
            return otherwise ?? "";
        }

        string Secret(string key)
        {
            if (!string.IsNullOrWhiteSpace(setting(key)) || setting(key + "_FILE") is not { Length: > 0 } file)
                return Text(key);
            try
            {
                return File.ReadAllText(file).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{key}_FILE cannot be read: {e.Message}");
                return "";
            }
        }

        Uri Address(string key, string value, string scheme, string example)
        {
            if (Uri.TryCreate(value, UriKind.Absolute, out var uri)
                && (uri.Scheme == scheme || (scheme == "amqp" && uri.Scheme == "amqps")))
                return uri;
            // The value is not repeated: a broker's address holds a password.
            if (value.Length > 0)
                problems.Add($"{key} is no address such as {example}.");
            return new Uri("about:blank");
        }

        string Folder(string key, string otherwise)
        {
            var value = Text(key, otherwise);
            if (!Path.IsPathFullyQualified(value))
                problems.Add($"{key} must be an absolute path, not '{value}'.");
            return Path.TrimEndingDirectorySeparator(value);
        }

        var node = Text("MS2M_NODE");
        if (node.Length > 0 && !Names.IsValid(node))
            problems.Add($"MS2M_NODE must be a DNS label, not '{node}'.");
        const string brokerExample = "amqp://user:password@host:5672/vhost";
        var broker = Secret("MS2M_BROKER_URI");
        var kubernetes = KubernetesSettingsReader.Read(setting, problems);
        var nodeKey = kubernetes is null ? Secret("MS2M_NODE_KEY") : "";
        if (nodeKey is { Length: > 0 and < 32 })
            problems.Add("MS2M_NODE_KEY must have at least 32 characters.");
        var workloadBroker = Text("MS2M_WORKLOAD_BROKER_URI", broker);
        var listen = Text("MS2M_WORKER_LISTEN");
        var insecure = ReadInsecure(setting, problems);
        var scheme = insecure ? "http" : "https";
        var tls = string.IsNullOrWhiteSpace(setting("MS2M_TLS")) ? null : Folder("MS2M_TLS", "");
        var data = Folder("MS2M_DATA", "/var/lib/ms2m");
        if (!Enum.TryParse<CheckpointWayWanted>(Text("MS2M_CHECKPOINT_WAY", "auto"), ignoreCase: true, out var way))
            problems.Add("MS2M_CHECKPOINT_WAY must be auto or archive.");
        if (!long.TryParse(Text("MS2M_RESERVE_BYTES", "64000000"), NumberStyles.None, CultureInfo.InvariantCulture,
                out var reserve))
            problems.Add("MS2M_RESERVE_BYTES must be a number of bytes.");
        if (!long.TryParse(Text("MS2M_DISK_RESERVE_BYTES", "1000000000"), NumberStyles.None, CultureInfo.InvariantCulture,
                out var diskReserve))
            problems.Add("MS2M_DISK_RESERVE_BYTES must be a number of bytes.");
        if (!int.TryParse(Text("MS2M_BASE_SECONDS", "3600"), NumberStyles.None, CultureInfo.InvariantCulture, out var baseSeconds))
            problems.Add("MS2M_BASE_SECONDS must be a number of seconds.");
        if (!int.TryParse(Text("MS2M_BASE_SHARE", "50"), NumberStyles.None, CultureInfo.InvariantCulture, out var baseShare)
            || baseShare > 90)
            problems.Add("MS2M_BASE_SHARE must be a number of percent, 90 at most.");
        var preDump = setting("MS2M_PRE_DUMP")?.Trim() is { Length: > 0 } wanted ? wanted : "no";
        if (preDump is not ("yes" or "no"))
            problems.Add("MS2M_PRE_DUMP must be yes or no.");

        var bridge = setting("MS2M_WORKLOAD_BRIDGE") is { Length: > 0 } named ? named.Trim() : null;
        if (bridge is { Length: 0 or > 15 } || bridge?.Any(c => c is '/' || char.IsWhiteSpace(c) || char.IsControl(c)) == true)
            problems.Add("MS2M_WORKLOAD_BRIDGE must be the name of a network interface.");

        var options = new WorkerOptions
        {
            Node = node,
            BrokerUri = Address("MS2M_BROKER_URI", broker, "amqp", brokerExample),
            WorkloadBrokerUri = Address("MS2M_WORKLOAD_BROKER_URI", workloadBroker, "amqp", brokerExample),
            NodeKey = nodeKey,
            Listen = Address("MS2M_WORKER_LISTEN", listen, scheme, $"{scheme}://10.0.0.5:8490"),
            Advertise = Address("MS2M_WORKER_ADVERTISE", Text("MS2M_WORKER_ADVERTISE", listen), scheme,
                $"{scheme}://10.0.0.5:8490"),
            Health = Address("MS2M_WORKER_HEALTH", Text("MS2M_WORKER_HEALTH", "http://127.0.0.1:8491"), "http",
                "http://127.0.0.1:8491"),
            Tls = tls,
            Data = data,
            Checkpoints = Folder("MS2M_CHECKPOINTS", Path.Combine(data, "checkpoints")),
            PodmanSocket = Text("MS2M_PODMAN_SOCKET", "/run/podman/podman.sock"),
            WorkloadBridge = bridge,
            Kubernetes = kubernetes,
            Way = way,
            ReserveBytes = reserve,
            DiskReserveBytes = diskReserve,
            Registry = ReadRegistry(setting, Secret, Address, tls, scheme, problems),
            BaseSeconds = baseSeconds,
            BaseShare = baseShare,
            PreDump = preDump == "yes",
        };
        return problems.Count == 0 ? (options, problems) : (null, problems);
    }

    private static RegistryPlace? ReadRegistry(
        Func<string, string?> setting, Func<string, string> secret, Func<string, string, string, string, Uri> address,
        string? tls, string scheme, List<string> problems)
    {
        const string key = "MS2M_REGISTRY";
        if (setting(key)?.Trim() is not { Length: > 0 } value)
            return null;
        var place = address(key, value, scheme, $"{scheme}://10.0.0.1:5000/ms2m");
        var user = setting(key + "_USER") is { Length: > 0 } name ? name : null;
        var authorities = setting(key + "_CA") is { Length: > 0 } file ? file
            : tls is null ? null : Path.Combine(tls, NodeCertificate.AuthoritiesFile);
        if (setting(key + "_CA") is { Length: > 0 } named && !File.Exists(named))
            problems.Add($"{key}_CA names a file that is not there.");
        return new RegistryPlace(place, user, user is null ? null : secret(key + "_PASSWORD"), authorities);
    }

    /// <summary>Only the one word asks for it, and only when nothing contradicts: nobody loses encryption by a slip.</summary>
    private static bool ReadInsecure(Func<string, string?> setting, List<string> problems)
    {
        var wanted = setting(InsecureKey);
        if (string.IsNullOrWhiteSpace(wanted))
        {
            if (string.IsNullOrWhiteSpace(setting("MS2M_TLS")))
            {
                problems.Add($"MS2M_TLS is missing: the folder with this node's certificate (deploy/certificates makes "
                    + $"one). To do without encryption on a network you trust: {InsecureKey}=yes.");
            }
            return false;
        }
        if (wanted != "yes")
            problems.Add($"{InsecureKey} must be yes or absent.");
        if (!string.IsNullOrWhiteSpace(setting("MS2M_TLS")))
            problems.Add($"{InsecureKey} and MS2M_TLS contradict each other: take one of them away.");
        return true;
    }
}

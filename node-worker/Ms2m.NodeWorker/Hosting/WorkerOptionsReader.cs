using System.Globalization;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Reads the options and says of each wrong one which key it is and what it should be.</summary>
public static class WorkerOptionsReader
{
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

        Uri Address(string key, string value, string scheme, string example)
        {
            if (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme.StartsWith(scheme, StringComparison.Ordinal))
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
        var broker = Text("MS2M_BROKER_URI");
        var workloadBroker = Text("MS2M_WORKLOAD_BROKER_URI", broker);
        var listen = Text("MS2M_WORKER_LISTEN");
        var data = Folder("MS2M_DATA", "/var/lib/ms2m");
        if (!Enum.TryParse<CheckpointWayWanted>(Text("MS2M_CHECKPOINT_WAY", "auto"), ignoreCase: true, out var way))
            problems.Add("MS2M_CHECKPOINT_WAY must be auto or archive.");
        if (!long.TryParse(Text("MS2M_RESERVE_BYTES", "64000000"), NumberStyles.None, CultureInfo.InvariantCulture,
                out var reserve))
            problems.Add("MS2M_RESERVE_BYTES must be a number of bytes.");
        Address("MS2M_WORKLOAD_BROKER_URI", workloadBroker, "amqp", brokerExample);

        var options = new WorkerOptions
        {
            Node = node,
            BrokerUri = Address("MS2M_BROKER_URI", broker, "amqp", brokerExample),
            WorkloadBrokerUri = workloadBroker,
            Listen = Address("MS2M_WORKER_LISTEN", listen, "http", "http://10.0.0.5:8490"),
            Advertise = Address("MS2M_WORKER_ADVERTISE", Text("MS2M_WORKER_ADVERTISE", listen), "http",
                "http://10.0.0.5:8490"),
            Data = data,
            Checkpoints = Folder("MS2M_CHECKPOINTS", Path.Combine(data, "checkpoints")),
            PodmanSocket = Text("MS2M_PODMAN_SOCKET", "/run/podman/podman.sock"),
            Way = way,
            ReserveBytes = reserve,
        };
        return problems.Count == 0 ? (options, problems) : (null, problems);
    }
}

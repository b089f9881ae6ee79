namespace Ms2m.Kubernetes.Operator;

/// <summary>Whether two addresses mean one broker: by host, port and virtual host, whoever logs in there.</summary>
public static class BrokerAddress
{
    /// <summary>The address without a user, or null where it is none of a broker or holds a password.</summary>
    public static Uri? Read(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var read) && read.Scheme is "amqp" or "amqps" && read is { UserInfo: "", Host.Length: > 0 }
            ? read
            : null;

    public static bool Same(Uri one, Uri other) => Of(one) == Of(other);

    private static (string Host, int Port, string VirtualHost) Of(Uri broker) => (
        HostOf(broker.IdnHost),
        broker.Port > 0 ? broker.Port : broker.Scheme == "amqps" ? 5671 : 5672,
        Uri.UnescapeDataString(broker.AbsolutePath.TrimStart('/')) is { Length: > 0 } named ? named : "/");

    // A service of the cluster has a short, a longer and a long name.
    private static string HostOf(string host)
    {
        var name = host.TrimEnd('.').ToLowerInvariant();
        foreach (var end in (string[])[".cluster.local", ".svc"])
        {
            name = name.EndsWith(end, StringComparison.Ordinal) ? name[..^end.Length] : name;
        }

        return name;
    }
}

using System.Text;
using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>What a kubeconfig says of a cluster.</summary>
internal static class KubeconfigCluster
{
    private const string Authority = "certificate-authority";

    public static Uri Server(YamlFields cluster)
    {
        var text = Kubeconfig.Wanted(cluster, "server", "The cluster");
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var server) && server.Scheme is "https" or "http"
            ? server!
            : throw new ConfigurationException($"The cluster's server '{text}' is no address.");
    }

    public static ServerTrust Trust(YamlFields cluster)
    {
        var name = cluster.Text("tls-server-name");
        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            return ServerTrust.Anybody with { ServerName = name };
        }

        // A file is read again for every connection, as it may be renewed; text cannot be.
        var trust = cluster.Text($"{Authority}-data") is null && cluster.File(Authority) is { } file
            ? ServerTrust.OfFile(file)
            : cluster.DataOrFile(Authority) is { } pem ? ServerTrust.OfText(pem, $"{Authority}-data") : new ServerTrust(Roots: null);
        return trust with { ServerName = name };
    }

    public static Uri? Proxy(YamlFields cluster) => cluster.Text("proxy-url") switch
    {
        null => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5" => new Uri(text),
        _ => throw new ConfigurationException("The cluster's proxy-url is no http, https or socks5 address."),
    };

    /// <summary>As a plugin is told of it.</summary>
    public static JsonObject ForPlugin(YamlFields cluster)
    {
        var told = new JsonObject { ["server"] = cluster.Text("server") };
        if (cluster.Text("tls-server-name") is { } name)
        {
            told["tls-server-name"] = name;
        }

        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            told["insecure-skip-tls-verify"] = true;
        }
        else if (cluster.DataOrFile(Authority) is { } pem)
        {
            told[$"{Authority}-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
        }

        if (cluster.Text("proxy-url") is { } proxy)
        {
            told["proxy-url"] = proxy;
        }

        return told;
    }
}

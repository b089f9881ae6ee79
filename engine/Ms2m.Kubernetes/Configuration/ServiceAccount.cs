using System.Net;
using System.Net.Sockets;
using Ms2m.Kubernetes.Logins;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>The way to the API server from inside a pod.</summary>
internal static class ServiceAccount
{
    public const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static KubernetesConnection Connect(Func<string, string?> variable, string folder)
    {
        const string outside = "This is no pod of a cluster, or its service account token is not mounted; outside of one, name a kubeconfig.";
        if (variable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host || variable("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port)
        {
            throw new ConfigurationException($"KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set. {outside}");
        }

        var (token, ca) = (Path.Combine(folder, "token"), Path.Combine(folder, "ca.crt"));
        if (!File.Exists(token))
        {
            throw new ConfigurationException($"{token} is missing. {outside}");
        }

        return new KubernetesConnection(
            Server(host, port), OwnNamespace(Path.Combine(folder, "namespace")), new TokenFileLogin(token, null, TimeProvider.System),
            ServerTrust.OfFile(ca));
    }

    private static Uri Server(string host, string port)
    {
        var literal = IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        return Uri.TryCreate($"https://{(literal ? $"[{host}]" : host)}:{port}", UriKind.Absolute, out var server)
            ? server
            : throw new ConfigurationException($"KUBERNETES_SERVICE_HOST '{host}' and KUBERNETES_SERVICE_PORT '{port}' are no address.");
    }

    private static string OwnNamespace(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "default";
}

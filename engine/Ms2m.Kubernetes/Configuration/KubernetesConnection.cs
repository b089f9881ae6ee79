using Ms2m.Kubernetes.Logins;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>Where the API server is, who it must be, and who we are to it.</summary>
public sealed class KubernetesConnection
{
    /// <summary><c>in-cluster</c>, or the path of a kubeconfig; several paths are separated by colons. Absent: no
    /// Kubernetes.</summary>
    public const string Variable = "MS2M_KUBERNETES";

    /// <summary>The CA of the kubelets' certificates, as a PEM file; the cluster's when absent.</summary>
    public const string KubeletCaVariable = "MS2M_KUBELET_CA";

    /// <summary><c>yes</c> lets the kubelet be anybody: for clusters whose kubelets sign their own certificates. Whoever can
    /// redirect traffic then gets our token.</summary>
    public const string KubeletInsecureVariable = "MS2M_KUBELET_INSECURE";

    internal KubernetesConnection(Uri server, string ns, IServerLogin login, ServerTrust trust) =>
        (Server, Namespace, Login, Trust, Kubelets) = (server, ns, login, trust, trust with { ServerName = null });

    public Uri Server { get; }

    /// <summary>Our own, or the one that the kubeconfig's context names.</summary>
    public string Namespace { get; }

    internal IServerLogin Login { get; }

    internal ServerTrust Trust { get; }

    internal ServerTrust Kubelets { get; private init; }

    internal Uri? Proxy { get; init; }

    /// <param name="variable">The environment, as a rule.</param>
    public static ConnectionSearch Find(Func<string, string?> variable)
    {
        if (variable(Variable) is not { Length: > 0 } wanted)
        {
            return ConnectionSearch.NotWanted;
        }

        try
        {
            var found = wanted == "in-cluster"
                ? ServiceAccount.Connect(variable, ServiceAccount.Folder)
                : Kubeconfig.Load(wanted).Connect();
            return new ConnectionSearch(found.WithKubelets(variable), null);
        }
        catch (ConfigurationException problem)
        {
            return new ConnectionSearch(null, $"{Variable}={wanted}: {problem.Message}");
        }
    }

    /// <summary>By a kubeconfig that lies in no file.</summary>
    /// <param name="folder">To which the paths in it are relative.</param>
    public static ConnectionSearch Of(string kubeconfig, string folder)
    {
        try
        {
            return new ConnectionSearch(Kubeconfig.Parse(kubeconfig, folder, "the kubeconfig").Connect(), null);
        }
        catch (ConfigurationException problem)
        {
            return new ConnectionSearch(null, problem.Message);
        }
    }

    public override string ToString() => $"{Server} ({Namespace})";

    internal KubernetesConnection WithKubelets(Func<string, string?> variable)
    {
        var kubelets = Kubelets;
        if (variable(KubeletCaVariable) is { Length: > 0 } file)
        {
            kubelets = ServerTrust.OfFile(file);
        }

        kubelets = variable(KubeletInsecureVariable) switch
        {
            null or "" or "no" => kubelets,
            "yes" => ServerTrust.Anybody,
            var other => throw new ConfigurationException($"{KubeletInsecureVariable} is '{other}': it may be yes or no."),
        };
        return new KubernetesConnection(Server, Namespace, Login, Trust) { Kubelets = kubelets, Proxy = Proxy };
    }
}

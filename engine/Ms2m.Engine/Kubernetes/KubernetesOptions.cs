using Ms2m.Engine.Hosting;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Leading;

namespace Ms2m.Engine.Kubernetes;

/// <summary>How the engine works with a Kubernetes cluster. Absent where it has none.</summary>
public sealed record KubernetesOptions
{
    /// <summary><c>MS2M_KUBERNETES</c>: <c>in-cluster</c> for the service account of the engine's own pod, or the path of a
    /// kubeconfig. Absent where something else stands for the cluster.</summary>
    public KubernetesConnection? Connection { get; init; }

    /// <summary><c>MS2M_NAMESPACE</c> or <c>POD_NAMESPACE</c>, else the connection's: where the lease of the leader is.</summary>
    public required string Namespace { get; init; }

    /// <summary><c>POD_NAME</c>, else the machine's name, and something that no other process has.</summary>
    public required string Identity { get; init; }

    public string LeaseName { get; init; } = "ms2m-engine";

    public ElectionTimes Election { get; init; } = ElectionTimes.Usual;

    /// <summary>How often all is looked at again, whatever was heard.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a node that is being emptied is looked at.</summary>
    public TimeSpan DrainEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Absent where evictions are not answered.</summary>
    public AdmissionOptions? Admission { get; init; }

    /// <returns>Null where <c>MS2M_KUBERNETES</c> is not set.</returns>
    /// <exception cref="EngineOptionsException">A variable is missing or wrong; the message names it.</exception>
    public static KubernetesOptions? FromEnvironment(Func<string, string?> variable)
    {
        var found = KubernetesConnection.Find(variable);
        if (found.Problem is { } problem)
        {
            throw new EngineOptionsException(problem);
        }

        return found.Connection is not { } connection ? null : new KubernetesOptions
        {
            Connection = connection,
            Namespace = Given(variable, "MS2M_NAMESPACE") ?? Given(variable, "POD_NAMESPACE") ?? connection.Namespace,
            Identity = $"{Given(variable, "POD_NAME") ?? Environment.MachineName}_{Guid.NewGuid().ToString("N")[..8]}",
            Admission = AdmissionOptions.FromEnvironment(variable),
        };
    }

    internal static string? Given(Func<string, string?> variable, string name) =>
        variable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>Where the API server asks about evictions.</summary>
public sealed record AdmissionOptions
{
    /// <summary><c>MS2M_ADMISSION_LISTEN</c>: such as https://0.0.0.0:9443.</summary>
    public required Uri Listen { get; init; }

    /// <summary><c>MS2M_ADMISSION_TLS</c>: folder with <c>tls.crt</c> and <c>tls.key</c>; read again when they change.</summary>
    public required string CertificateFolder { get; init; }

    /// <summary><c>MS2M_ADMISSION_CLIENT_CA</c>: file with the certificates of the authority that an API server's own certificate
    /// must be of; whoever asks needs none when absent.</summary>
    public string? ClientAuthority { get; init; }

    internal static AdmissionOptions? FromEnvironment(Func<string, string?> variable)
    {
        if (KubernetesOptions.Given(variable, "MS2M_ADMISSION_LISTEN") is not { } listen)
        {
            return null;
        }

        if (!Uri.TryCreate(listen, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || !System.Net.IPAddress.TryParse(address.IdnHost, out _))
        {
            throw new EngineOptionsException("MS2M_ADMISSION_LISTEN must be an https:// address with an IP address, such as https://0.0.0.0:9443.");
        }

        var folder = KubernetesOptions.Given(variable, "MS2M_ADMISSION_TLS")
            ?? throw new EngineOptionsException("MS2M_ADMISSION_LISTEN is set and MS2M_ADMISSION_TLS is not: name the folder with tls.crt and tls.key.");
        foreach (var name in (string[])["tls.crt", "tls.key"])
        {
            if (!File.Exists(Path.Combine(folder, name)))
            {
                throw new EngineOptionsException($"MS2M_ADMISSION_TLS: there is no file {name} in {folder}.");
            }
        }

        var authority = KubernetesOptions.Given(variable, "MS2M_ADMISSION_CLIENT_CA");
        return authority is null || File.Exists(authority)
            ? new AdmissionOptions { Listen = address, CertificateFolder = folder, ClientAuthority = authority }
            : throw new EngineOptionsException($"MS2M_ADMISSION_CLIENT_CA: there is no file {authority}.");
    }
}

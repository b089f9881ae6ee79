using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ms2m.NodeWorker.Transfer.Security;

/// <summary>This node's certificate with its key, and the authorities whose certificates it believes.</summary>
internal sealed class NodeCertificate
{
    public const string AuthoritiesFile = "ca.crt";
    public const string CertificateFile = "tls.crt";
    public const string KeyFile = "tls.key";

    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2Collection _authorities;

    private NodeCertificate(X509Certificate2 certificate, X509Certificate2Collection between, X509Certificate2Collection authorities)
    {
        (_certificate, _authorities) = (certificate, authorities);
        // Offline: nothing is fetched from an address that stands in a certificate.
        Shown = SslStreamCertificateContext.Create(certificate, between, offline: true);
    }

    /// <summary>What is shown to a peer: the certificate and those between it and the authority.</summary>
    public SslStreamCertificateContext Shown { get; }

    /// <exception cref="CryptographicException">A file is no certificate or no key.</exception>
    /// <exception cref="ArgumentException">The key is another certificate's.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static NodeCertificate Load(string folder)
    {
        var file = Path.Combine(folder, CertificateFile);
        var own = X509Certificate2.CreateFromPemFile(file, Path.Combine(folder, KeyFile));
        var between = new X509Certificate2Collection();
        between.ImportFromPemFile(file);
        between.RemoveAt(0);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(folder, AuthoritiesFile));
        return new NodeCertificate(own, between, authorities);
    }

    /// <summary>Our authorities and nobody else's, however many the machine trusts.</summary>
    public X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    /// <summary>Why peers would refuse it; null when they would not.</summary>
    public string? Refusal(string node)
    {
        if (_authorities.Count == 0)
            return $"{AuthoritiesFile} holds no certificate";
        using var chain = new X509Chain { ChainPolicy = Trust() };
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerPurpose));
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientPurpose));
        foreach (var between in Shown.IntermediateCertificates)
            chain.ChainPolicy.ExtraStore.Add(between);
        if (!chain.Build(_certificate))
            return $"{CertificateFile}: {string.Join(", ", chain.ChainStatus.Select(s => s.Status))}";
        return IsOf(_certificate, node) ? null : $"{CertificateFile} is not that of {node}: its names lack it";
    }

    /// <summary>By the alternative names; a common name counts for nothing, a wildcard neither.</summary>
    public static bool IsOf(X509Certificate2 certificate, string node) =>
        certificate.MatchesHostname(node, allowWildcards: false, allowCommonName: false);
}

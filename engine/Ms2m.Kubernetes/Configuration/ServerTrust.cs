using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>Whom we take for the server.</summary>
/// <param name="Roots">Read for every new connection, as a CA may rotate; the machine's own when absent.</param>
/// <param name="AnyServer">Nothing is checked.</param>
/// <param name="ServerName">In its certificate, where that is not the host of its address.</param>
internal sealed record ServerTrust(Func<X509Certificate2Collection>? Roots, bool AnyServer = false, string? ServerName = null)
{
    // Of a server's own certificate: id-kp-serverAuth.
    private static readonly Oid _servers = new("1.3.6.1.5.5.7.3.1");

    public static ServerTrust Anybody { get; } = new(null, AnyServer: true);

    public static ServerTrust OfFile(string file)
    {
        // Read once now: who misspells a path wants to hear of it at the start.
        OfPem(Read(file), file);
        return new ServerTrust(() => OfPem(Read(file), file));
    }

    public static ServerTrust OfText(string pem, string where)
    {
        var roots = OfPem(pem, where);
        return new ServerTrust(() => roots);
    }

    /// <param name="otherName">Under which it may show itself, too.</param>
    public bool Accepts(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors, string? otherName)
    {
        if (AnyServer)
        {
            return true;
        }

        if (shown is not X509Certificate2 certificate || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return false;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            && (otherName is null || !certificate.MatchesHostname(otherName, allowWildcards: false)))
        {
            return false;
        }

        return Roots is null ? !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) : LeadsToOurs(certificate, sent);
    }

    private static X509Certificate2Collection OfPem(string pem, string where)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw new ConfigurationException($"{where} holds a certificate that cannot be read.");
        }

        return roots.Count > 0 ? roots : throw new ConfigurationException($"{where} holds no certificate.");
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The certificate authority {file} cannot be read: {problem.Message}");
        }
    }

    private bool LeadsToOurs(X509Certificate2 certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Roots!());
        chain.ChainPolicy.ApplicationPolicy.Add(_servers);
        // A cluster's CA publishes no list of what it has revoked.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate);
    }
}

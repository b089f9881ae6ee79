using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Makes nodes' certificates, good ones and such as nobody should believe.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(Today.AddYears(-1), Today.AddYears(1));
    }

    /// <summary>That of the nodes of a test, unless the test is about another one.</summary>
    public static TestAuthority Ours { get; } = new();

    private static DateTimeOffset Today => DateTimeOffset.UtcNow;

    /// <summary>A folder as MS2M_TLS wants it, with the certificate of that name.</summary>
    /// <param name="believes">The authority whose certificates the node will accept; this one when absent.</param>
    public string Folder(
        string name, int daysLeft = 30, bool forClients = true, bool forServers = true, TestAuthority? believes = null)
    {
        var folder = _folder[$"{name}-{Guid.NewGuid():N}"];
        Directory.CreateDirectory(folder);
        Write(folder, name, daysLeft, forClients, forServers, believes);
        return folder;
    }

    public void Write(
        string folder, string name, int daysLeft = 30, bool forClients = true, bool forServers = true,
        TestAuthority? believes = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(name, key, daysLeft, forClients, forServers);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), (believes ?? this)._authority.ExportCertificatePem());
        PrivateFiles.Replace(
            Path.Combine(folder, "tls.key"), System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        File.WriteAllText(Path.Combine(folder, "tls.crt"), certificate.ExportCertificatePem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private X509Certificate2 Issue(string name, ECDsa key, int daysLeft, bool forClients, bool forServers)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var purposes = new OidCollection();
        if (forServers)
            purposes.Add(new Oid(ServerPurpose));
        if (forClients)
            purposes.Add(new Oid(ClientPurpose));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, false));
        return request.Create(_authority, Today.AddDays(-60), Today.AddDays(daysLeft), RandomNumberGenerator.GetBytes(12));
    }
}

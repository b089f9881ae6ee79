using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>A certificate authority made for a test run.</summary>
internal sealed class TestAuthority
{
    private static readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    private readonly X509Certificate2 _root;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _root = request.CreateSelfSigned(_now.AddDays(-1), _now.AddDays(1));
    }

    /// <summary>The cluster's, in most tests.</summary>
    public static TestAuthority Cluster { get; } = new("cluster");

    public string Pem => _root.ExportCertificatePem();

    /// <summary>For 127.0.0.1, where <paramref name="names"/> are not given.</summary>
    public X509Certificate2 Server(params string[] names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        if (names.Length == 0)
        {
            alternatives.AddIpAddress(IPAddress.Loopback);
        }

        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        return Issue("server", "1.3.6.1.5.5.7.3.1", alternatives.Build());
    }

    public X509Certificate2 Client(string name) => Issue(name, "1.3.6.1.5.5.7.3.2", null);

    private X509Certificate2 Issue(string name, string purpose, X509Extension? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        return request.Create(_root, _now.AddHours(-1), _now.AddHours(12), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }
}

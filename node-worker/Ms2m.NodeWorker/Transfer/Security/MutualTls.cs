using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Ms2m.NodeWorker.Transfer.Security;

/// <summary>TLS 1.3 with certificates on both sides, from a folder with <c>ca.crt</c>, <c>tls.crt</c> and
/// <c>tls.key</c>. The files are looked at before each connection, so a renewed certificate needs no restart.</summary>
/// <param name="node">The name that stands in this node's certificate, and that peers look for there.</param>
public sealed class MutualTls(string folder, string node, ILogger<MutualTls> log) : ITransferSecurity
{
    private const UnixFileMode OthersMayRead =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly Lock _loading = new();
    private NodeCertificate? _certificate;
    private DateTime _written;

    public string Scheme => Uri.UriSchemeHttps;

    public string? Problem()
    {
        try
        {
            string[] names = [NodeCertificate.AuthoritiesFile, NodeCertificate.CertificateFile, NodeCertificate.KeyFile];
            foreach (var name in names)
            {
                if (!File.Exists(Path.Combine(folder, name)))
                    return $"{Path.Combine(folder, name)} is missing: deploy/certificates makes it";
            }
            var key = Path.Combine(folder, NodeCertificate.KeyFile);
            if ((File.GetUnixFileMode(key) & OthersMayRead) != 0)
                return $"{key} may be read by others: chmod 600 {key}";
            return Current().Refusal(node);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return $"{folder} holds no certificate with its key: {e.Message}";
        }
    }

    public void Protect(ListenOptions listen)
    {
        // One protocol, one way to be wrong: nothing is gained from streams within a connection.
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(5),
            OnConnection = context => ValueTask.FromResult(ForServer(context.Connection)),
        });
    }

    public HttpClient OpenClient()
    {
        var certificate = Current();
        var handler = TransferClient.Handler();
        // The name that is checked is that of the request's Host header: the node's, not the address's.
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = certificate.Shown,
            CertificateChainPolicy = certificate.Trust(),
            AllowTlsResume = false,
        };
        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
        };
    }

    public bool ComesFrom(HttpContext http, string node) =>
        http.Connection.ClientCertificate is { } shown && NodeCertificate.IsOf(shown, node);

    private SslServerAuthenticationOptions ForServer(BaseConnectionContext connection)
    {
        var certificate = Current();
        return new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = certificate.Shown,
            ClientCertificateRequired = true,
            CertificateChainPolicy = certificate.Trust(),
            // A resumed session would go on with what was true when it began.
            AllowTlsResume = false,
            AllowRenegotiation = false,
            RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
            {
                if (errors != SslPolicyErrors.None)
                {
                    TransferLog.StrangerRefused(log, connection.RemoteEndPoint, shown?.Subject ?? "none", errors,
                        string.Join(", ", chain?.ChainStatus.Select(s => s.Status) ?? []));
                }
                return errors == SslPolicyErrors.None;
            },
        };
    }

    private NodeCertificate Current()
    {
        lock (_loading)
        {
            var written = File.GetLastWriteTimeUtc(Path.Combine(folder, NodeCertificate.CertificateFile));
            if (_certificate is { } known && written == _written)
                return known;
            try
            {
                _certificate = NodeCertificate.Load(folder);
                _written = written;
            }
            catch (Exception e) when (_certificate is not null
                && e is CryptographicException or ArgumentException or IOException)
            {
                // Met while the files are being replaced: the former ones are good for this connection.
                TransferLog.CertificateUnreadable(log, folder, e.Message);
            }
            return _certificate!;
        }
    }
}

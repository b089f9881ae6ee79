using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ms2m.Kubernetes.Configuration;
using Ms2m.Kubernetes.Logins;

namespace Ms2m.Kubernetes.Http;

/// <summary>Connections to one server: HTTP/2 where it speaks it, encrypted, pooled, looked after, and with who we are.</summary>
internal sealed class ServerLine : IDisposable
{
    private static readonly ProductInfoHeaderValue _agent =
        new("ms2m", typeof(ServerLine).Assembly.GetName().Version?.ToString(3) ?? "0");

    private readonly Uri _server;
    private readonly IServerLogin _login;
    private readonly string? _serverName;
    private readonly HttpMessageInvoker _http;
    private volatile X509Certificate2? _certificate;

    /// <param name="connecting">Longest time for it.</param>
    /// <param name="otherName">Under which the server may show itself, beside its address.</param>
    public ServerLine(Uri server, IServerLogin login, ServerTrust trust, Uri? proxy, TimeSpan connecting, string? otherName = null)
    {
        (_server, _login, _serverName) = (server, login, trust.ServerName);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // A redirection could carry the token elsewhere.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : new WebProxy(proxy),
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = connecting,
            // New connections follow renewed certificates and moved addresses; watches on old ones run on.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            EnableMultipleHttp2Connections = true,
            // A watch hears nothing for minutes: without pings a dead connection would look like a quiet cluster.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, shown, sent, errors) => trust.Accepts(shown, sent, errors, otherName),
                LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate!,
            },
        });
    }

    /// <summary>Sends it as who we are. When the server does not know us, the login is got anew, and if it is another one now,
    /// the call is made once more: nothing was done.</summary>
    /// <returns>The answer as soon as its headers are here.</returns>
    public async Task<HttpResponseMessage> SendAsync(ApiCall call, CancellationToken cancel)
    {
        var credential = await _login.CurrentAsync(cancel);
        var answer = await SendAsync(call, credential, cancel);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
        {
            return answer;
        }

        _login.Refused(credential);
        Credential other;
        try
        {
            other = await _login.CurrentAsync(cancel);
        }
        catch
        {
            answer.Dispose();
            throw;
        }

        if (other.IsSameAs(credential))
        {
            return answer;
        }

        answer.Dispose();
        return await SendAsync(call, other, cancel);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(ApiCall call, Credential credential, CancellationToken cancel)
    {
        _certificate = credential.Certificate;
        using var request = new HttpRequestMessage(call.Method, new Uri(_server, call.Target))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // The handler takes from here, too, which name it asks for and checks when it encrypts; it overwrites its own option.
        request.Headers.Host = _serverName;
        request.Headers.UserAgent.Add(_agent);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (credential.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (call.Body is not null)
        {
            request.Content = new ByteArrayContent(call.Body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(call.ContentType!);
        }

        return await _http.SendAsync(request, cancel);
    }
}

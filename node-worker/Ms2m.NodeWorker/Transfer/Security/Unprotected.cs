using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ms2m.NodeWorker.Transfer.Security;

/// <summary>No encryption and no certificates, because somebody has asked for it: the token alone tells a sender from
/// a stranger, and whoever is on the wire reads the workload's memory.</summary>
public sealed class Unprotected : ITransferSecurity
{
    public string Scheme => Uri.UriSchemeHttp;

    public string? Problem() => null;

    public void Protect(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    public HttpClient OpenClient() => new(TransferClient.Handler()) { Timeout = Timeout.InfiniteTimeSpan };

    public bool ComesFrom(HttpContext http, string node) => true;
}

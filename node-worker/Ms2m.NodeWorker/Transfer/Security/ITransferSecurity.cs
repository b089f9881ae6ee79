using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ms2m.NodeWorker.Transfer.Security;

/// <summary>How two workers know each other, and who may read along.</summary>
public interface ITransferSecurity
{
    /// <summary>Of the addresses on which checkpoints are taken: <c>https</c> or <c>http</c>.</summary>
    string Scheme { get; }

    /// <summary>Null when certificates and keys are there, fit together and are this node's; else what to do.</summary>
    string? Problem();

    void Protect(ListenOptions listen);

    /// <summary>For one transfer: its connections are its own, made with the certificate of today.</summary>
    HttpClient OpenClient();

    /// <summary>Whether that node is at the other end of a request's connection.</summary>
    bool ComesFrom(HttpContext http, string node);
}

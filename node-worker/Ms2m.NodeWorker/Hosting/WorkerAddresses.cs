using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Where the worker is spoken to: checkpoints on one address, for nodes with a certificate; health on another,
/// for whoever asks.</summary>
public static class WorkerAddresses
{
    public static void Bind(KestrelServerOptions kestrel, WorkerOptions options)
    {
        kestrel.AddServerHeader = false;
        var security = kestrel.ApplicationServices.GetRequiredService<ITransferSecurity>();
        Listen(kestrel, options.Listen, security.Protect);
        Listen(kestrel, options.Health, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void Listen(KestrelServerOptions kestrel, Uri address, Action<ListenOptions> configure)
    {
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            kestrel.Listen(ip, address.Port, configure);
        else if (address.Host == "localhost")
            kestrel.ListenLocalhost(address.Port, configure);
        else
            kestrel.ListenAnyIP(address.Port, configure);
    }
}

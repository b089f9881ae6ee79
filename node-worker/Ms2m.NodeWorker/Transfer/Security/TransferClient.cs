using System.Net.Sockets;

namespace Ms2m.NodeWorker.Transfer.Security;

internal static class TransferClient
{
    /// <summary>No proxy between nodes, no other place than the one that was named, and a peer that is not there is
    /// told of soon.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        Expect100ContinueTimeout = TimeSpan.FromSeconds(10),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>tcp(7): at most so much waits in the kernel unsent. Else megabytes would vanish there at once, and neither
    /// the wire's speed could be seen nor a block that waits still be compressed.</summary>
    private const int NotSentLowWater = 25;
    private const int UnsentBytes = 256 * 1024;

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            Span<byte> value = stackalloc byte[sizeof(int)];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(value, UnsentBytes);
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, NotSentLowWater, value);
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
